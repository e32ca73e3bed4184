"""The five kinds of records: who one speaks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmplus.records.bulk_models import BulkChange as BulkChange
from crmplus.records.fields import (
    KeyField,
    LineField,
    LowercaseEmailField,
    WebsiteField,
    list_indexes,
)
from crmplus.records.keys import fold, fold_or_last, turned
from crmplus.records.merge_models import Distinct as Distinct
from crmplus.records.merge_models import Merge as Merge
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.timeline.changes import note
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.hooks import Text

PHONE_FIELDS = ("phone", "mobile", "other_phone", "fax")
country_code = RegexValidator(
    r"\A[A-Z]{2}\Z", _("Write a country as two letters such as DE (ISO 3166-1).")
)


class Record(SoftDeleteModel):
    """What all records have: a name, numbers, an address, somebody in charge.

    Numbers are kept as they were written; the phonebook's index holds their E.164.
    ``country`` is ISO 3166-1 alpha-2, "" for the region of the installation.
    """

    # The key of its phone source, and of its addresses.
    type_key: ClassVar[str]

    phone = LineField(_("phone"), max_length=64, blank=True)
    mobile = LineField(_("mobile"), max_length=64, blank=True)
    other_phone = LineField(_("other phone"), max_length=64, blank=True)
    fax = LineField(_("fax"), max_length=64, blank=True)
    email = LowercaseEmailField(_("e-mail"), blank=True)
    website = WebsiteField(_("website"), blank=True)
    street = LineField(_("street"), max_length=200, blank=True)
    postcode = LineField(_("postcode"), max_length=20, blank=True)
    city = LineField(_("city"), max_length=100, blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, validators=[country_code]
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    name_key = KeyField(of="make_name_key")
    turned_key = KeyField(of="make_turned_key")
    city_key = KeyField(of="make_city_key")

    class Meta(SoftDeleteModel.Meta):
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(
                fields=["name_key", "id"], name="%(app_label)s_%(class)s_name"
            ),
            models.Index(fields=["turned_key"], name="%(app_label)s_%(class)s_turned"),
            models.Index(fields=["email"], name="%(app_label)s_%(class)s_email"),
            models.Index(
                fields=["-changed_at", "-id"], name="%(app_label)s_%(class)s_changed"
            ),
            models.Index(
                fields=["owner", "name_key"], name="%(app_label)s_%(class)s_owner"
            ),
            models.Index(
                fields=["country", "name_key"], name="%(app_label)s_%(class)s_country"
            ),
            *list_indexes(),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is not None and not set(fields).isdisjoint(self.keyed_by()):
            options["update_fields"] = {*fields, *self.keys()}
        super().save(*args, **options)

    def move_to_bin(self, *, by: User | None = None, job: str = "") -> None:
        """Delete it and note so in its history; twice changes nothing."""
        if self.deleted_at is None:
            with transaction.atomic():
                super().move_to_bin(by=by, job=job)
                note(self.type_key, self.pk, by=by, deed=Deed.DELETED)

    def restore(self, *, by: User | None = None) -> None:
        """Take it out of the recycle bin and note so; twice changes nothing."""
        if self.deleted_at is not None:
            with transaction.atomic():
                super().restore(by=by)
                note(self.type_key, self.pk, by=by, deed=Deed.RESTORED)

    def get_absolute_url(self) -> str:
        return reverse("records:detail", args=[self.type_key, self.pk])

    @property
    def title(self) -> str:
        """The name as people write it."""
        raise NotImplementedError

    @property
    def organisation_name(self) -> str:
        """The organisation it belongs to, "" for none."""
        return ""

    @classmethod
    def named_by(cls) -> tuple[str, ...]:
        """The fields that make up the name."""
        raise NotImplementedError

    @classmethod
    def keyed_by(cls) -> tuple[str, ...]:
        """The fields that the keys follow from."""
        return (*cls.named_by(), "city")

    @classmethod
    def keys(cls) -> list[str]:
        """The columns that follow from the fields of the name and the place."""
        return [f.name for f in cls._meta.get_fields() if isinstance(f, KeyField)]

    def make_name_key(self) -> str:
        """What lists sort by."""
        raise NotImplementedError

    def make_turned_key(self) -> str:
        """The name the other way round, so that its second word finds it too."""
        raise NotImplementedError

    def make_city_key(self) -> str:
        """What a list by city sorts by: those without one come last."""
        return fold_or_last(self.city)


class Person(Record):
    """A record of a person: sorted by the last name, found by either."""

    first_name = LineField(_("first name"), max_length=100, blank=True)
    last_name = LineField(_("last name"), max_length=100, blank=True)
    position = LineField(_("position"), max_length=100, blank=True)

    class Meta(Record.Meta):
        abstract = True

    @property
    def title(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @classmethod
    def named_by(cls) -> tuple[str, ...]:
        return ("first_name", "last_name")

    def make_name_key(self) -> str:
        return fold(f"{self.last_name} {self.first_name}")

    def make_turned_key(self) -> str:
        return fold(self.title)

    def clean(self) -> None:
        """A person needs a first or a last name."""
        super().clean()
        if not self.title:
            raise ValidationError({"last_name": _("Give a first or a last name.")})


class Named(Record):
    """A record of a company or institution."""

    name = LineField(_("name"), max_length=200)

    class Meta(Record.Meta):
        abstract = True

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def named_by(cls) -> tuple[str, ...]:
        return ("name",)

    def make_name_key(self) -> str:
        return fold(self.name)

    def make_turned_key(self) -> str:
        return turned(self.name)


def phone_labels(model: type[Record]) -> dict[str, Text]:
    """The number fields of a model with their labels, in order."""
    labels = {field.name: field.verbose_name for field in model._meta.fields}
    return {name: labels[name] for name in PHONE_FIELDS}


class Organisation(Named):
    type_key = "organisations"

    class Meta(Named.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        # Its people are sorted by its name; most saves change none.
        people = Contact.all_objects.filter(organisation=self.pk)
        people.exclude(organisation_key=self.name_key).update(
            organisation_key=self.name_key
        )


class Partner(Named):
    type_key = "partners"

    class Meta(Named.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")


class Supplier(Named):
    type_key = "suppliers"

    class Meta(Named.Meta):
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")


class Contact(Person):
    """Somebody one knows, mostly at an organisation."""

    type_key = "contacts"

    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        db_index=False,
    )
    # Follows at every save. Who sets organisations by ``update`` sets it as well.
    organisation_key = KeyField(of="make_organisation_key")

    class Meta(Person.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar[list[models.Index]] = [
            *Person.Meta.indexes,
            models.Index(
                fields=["organisation", "name_key"], name="records_contact_organisation"
            ),
            models.Index(
                fields=["organisation_key", "id"], name="records_contact_firm"
            ),
        ]

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else ""

    @classmethod
    def keyed_by(cls) -> tuple[str, ...]:
        return (*super().keyed_by(), "organisation", "organisation_id")

    def make_organisation_key(self) -> str:
        """What a list by organisation sorts by: those without one come last."""
        return fold_or_last(self.organisation_name)


class Lead(Person):
    """Somebody who may become a customer; the company is still a mere text."""

    type_key = "leads"

    company = LineField(_("company"), max_length=200, blank=True)
    company_key = KeyField(of="make_company_key")

    class Meta(Person.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes: ClassVar[list[models.Index]] = [
            *Person.Meta.indexes,
            models.Index(fields=["company_key", "id"], name="records_lead_company"),
        ]

    @property
    def organisation_name(self) -> str:
        return self.company

    @classmethod
    def named_by(cls) -> tuple[str, ...]:
        return (*super().named_by(), "company")

    def make_company_key(self) -> str:
        return fold_or_last(self.company)
