// What all charts share: colours from the page's tokens, and sets of figures.

const TONES = {
  talk: "--crm-talk",
  missed: "--crm-missed",
  done: "--crm-done",
  before: "--tblr-body-color",
  now: "--tblr-primary",
};
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

// The value of a token as a colour that a canvas takes.
export function colour(token) {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

export function sets(told) {
  return told.map(({ label, tone, values, line }) => {
    const shown = colour(TONES[tone]);
    return line
      ? {
          type: "line",
          label,
          data: values,
          borderColor: shown,
          backgroundColor: shown,
          borderDash: [4, 4],
          borderWidth: 1.5,
          pointRadius: 0,
          stack: tone,
          pointStyle: "line",
          order: 0,
        }
      : {
          label,
          data: values,
          backgroundColor: shown,
          stack: "calls",
          pointStyle: "rectRounded",
          order: 1,
          maxBarThickness: 48,
        };
  });
}
