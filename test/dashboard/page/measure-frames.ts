import type { Page } from 'playwright-core';

/** Ms from each frame that the page draws to the next, over a while. */
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
