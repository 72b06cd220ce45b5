import type { Page } from 'playwright-core';

/** Measures the milliseconds between the frames that the page renders within `ms`. */
export async function measureFrames(page: Page, ms: number): Promise<number[]> {
  const times = await page.evaluate<number[]>(`new Promise((resolve) => {
    const times = [];
    const onFrame = (time) => {
      times.push(time);
      if (time - times[0] < ${ms}) requestAnimationFrame(onFrame);
      else resolve(times);
    };
    requestAnimationFrame(onFrame);
  })`);
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}
