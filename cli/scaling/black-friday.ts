/** Seconds of one step of the simulation; what is decided once a minute is decided every sixth step. */
export const STEP_SECONDS = 10;

export const DAY_SECONDS = 86_400;

/**
 * How many orders come at each full hour from 00:00 to 24:00, relative to each other, with straight lines between.
 *
 * Made up. The shape follows what is told of visits to shops on Black Friday: nights busier than on other days and most
 * visits from 11 to 12, half as many again as on average
 * (https://www.hitwise.com/en/2016/12/19/peak-week-how-americans-tackled-shopping-hour-by-hour/). The evening's peak and
 * the rush at midnight are those of a shop whose customers buy after work, and whose offers begin with the day.
 */
const HOURS = [
  0.9, 0.75, 0.55, 0.4, 0.35, 0.4, 0.6, 0.85, 1.15, 1.4, 1.55, 1.6, 1.45, 1.3, 1.2, 1.15, 1.15, 1.2, 1.3, 1.5,
  1.7, 1.55, 1.25, 0.9, 0.6,
];

/** The rush after midnight: as long as this it grows, and then it halves in every further period of the second length. */
export const RUSH_GROWS_SECONDS = 300;
const RUSH_HALVES_SECONDS = 1_200;

const STEPS = Array.from({ length: DAY_SECONDS / STEP_SECONDS }, (_, step) => step * STEP_SECONDS);
const DAY = STEPS.map(ofDay);
const RUSH = STEPS.map(ofRush);
const DAY_SUM = sum(DAY) * STEP_SECONDS;
const RUSH_SUM = sum(RUSH) * STEP_SECONDS;
/** Of the day alone, while the rush is highest. */
const DAY_IN_RUSH = ofDay(RUSH_GROWS_SECONDS);

/**
 * Orders that arrive in each step of a Black Friday, from 00:00 to 24:00.
 *
 * @param orders in the whole day
 * @param peak orders a second when the rush after midnight is highest, within {@link peakRange}
 */
export function createBlackFriday(orders: number, peak: number): number[] {
  // Two equations: day and rush add up to all orders; where the rush is highest, they add up to the peak.
  const dayFactor = (orders - peak * RUSH_SUM) / (DAY_SUM - DAY_IN_RUSH * RUSH_SUM);
  const rushFactor = peak - dayFactor * DAY_IN_RUSH;
  let exact = 0;
  let whole = 0;
  return STEPS.map((_, step) => {
    exact += (dayFactor * (DAY[step] ?? 0) + rushFactor * (RUSH[step] ?? 0)) * STEP_SECONDS;
    // Whole orders, and all of them: what rounding leaves goes to the next step.
    const arrived = Math.round(exact) - whole;
    whole += arrived;
    return arrived;
  });
}

/** The lowest and the highest peak, in orders a second, that a day of so many orders may have. */
export function peakRange(orders: number): { least: number; most: number } {
  const highest = Math.max(...HOURS);
  return {
    // The rush is no lower than the evening.
    least: Math.ceil((highest * orders) / (DAY_SUM - DAY_IN_RUSH * RUSH_SUM + highest * RUSH_SUM)),
    // The rush is all there is.
    most: Math.floor(orders / RUSH_SUM),
  };
}

function ofDay(second: number): number {
  const hour = Math.floor(second / 3_600);
  const [from = 0, to = 0] = HOURS.slice(hour, hour + 2);
  return from + (to - from) * (second / 3_600 - hour);
}

function ofRush(second: number): number {
  if (second < RUSH_GROWS_SECONDS) return second / RUSH_GROWS_SECONDS;
  return 2 ** -((second - RUSH_GROWS_SECONDS) / RUSH_HALVES_SECONDS);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
