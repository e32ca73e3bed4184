"""What people keep of a list: its filters under a name, and its columns.

A list is named by a key: "calls", "records:contacts". Its page needs three things.

In the view, before anything is read::

    saved = saved_filters(user, "calls", request.GET)
    if saved.start_url:  # the bare address, and the user has a default
        return redirect(saved.start_url)
    context["saved"] = saved

In the template (it needs ``request``; link ``saved_filters/saved_filters.css``), not
inside another form::

    {% include "saved_filters/bar.html" with saved=saved %}

With ``save_elsewhere=True`` the button that saves is left out; the list then includes
``saved_filters/save.html`` where it suits, such as behind its chips.

Where a link takes all filters off, it goes to ``{{ saved.all_url }}``, for the bare
address may lead to the user's default (``includes/chips.html`` takes it as
``clear_url``). Beside the list's own parameters stands ``?filter=``: the saved filter
that one came from, or ``all``; the list's form keeps it like any other parameter.
What is kept is the query but for places in the list, ``filter`` and empty values;
saving, renaming, sharing and deleting are POSTs to addresses of this app.

The function is in ``crmplus.saved_filters.showing``, what it gives is a
``SavedFilters``; rules are in ``services``. There ``columns_of(user, list_key)``
and ``choose_columns(user, list_key, keys)`` also keep which columns of a list a user
wants, in their order.
"""
