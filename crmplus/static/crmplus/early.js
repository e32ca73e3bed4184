// Runs before the first paint, so that neither colours nor the module bar jump.
{
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.themeChoice === "auto") {
      root.dataset.bsTheme = dark.matches ? "dark" : "light";
    }
  };
  follow();
  dark.addEventListener("change", follow);
  if (!root.dataset.bsSidebar && innerWidth < 1200) {
    root.dataset.bsSidebar = "folded";
  }
}
