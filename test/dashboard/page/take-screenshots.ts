/*
 * Takes screenshots of each view of the live page, light and dark, for desktop and phone, with sample data in an embedded cloud:
 * node test/dashboard/page/take-screenshots.ts FOLDER [--full]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { BurstRequest, RestockRequest, ThrottleRequest } from '../../../dashboard/api.ts';
import { catalog } from '../../../lib/produce/catalog.ts';
import { generateOrders } from '../../../lib/produce/generator.ts';
import { findBrowser, launchBrowser } from '../../browser/browser.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { hostileOrders, orderWith } from './sample-orders.ts';

const DAY_MS = 86_400_000;
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 780 } };
const SCHEMES = ['light', 'dark'] as const;
/** All views except the overview. */
const VIEWS: Record<string, { hash: string; act?: (page: Page) => Promise<unknown>; ready: string }> = {
  'dead-letters': { hash: '#/dead-letters/order', ready: '.dead-letter-list' },
  'dead-letter': {
    hash: '#/dead-letters/order',
    act: (page) => page.getByRole('link', { name: 'invalid-0' }).click(),
    ready: 'dialog textarea',
  },
  mailbox: { hash: '#/mailbox', ready: '.mail-body' },
  shipping: { hash: '#/shipping', ready: 'section[aria-label*="shipments"]' },
  sales: {
    hash: '#/sales',
    // The orders of the burst all have the same day of this year.
    act: (page) => page.getByLabel('Range').selectOption('month'),
    ready: 'section[aria-label^="Best"]',
  },
  order: { hash: '#/orders/hostile-0', ready: '.timeline' },
  'order-dead': { hash: '#/orders/invalid-0', ready: '.timeline' },
  search: { hash: '#/search/jane@example.com', ready: 'section[aria-label="Search results"]' },
};

const { values, positionals } = parseArgs({ options: { full: { type: 'boolean' } }, allowPositionals: true });
const [folder] = positionals;
if (folder === undefined) {
  console.error('Usage: node test/dashboard/page/take-screenshots.ts FOLDER [--full]');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const found = await findBrowser();
if (!found) process.exit(1);
const browser = await launchBrowser(found);
const cloud = await startTestCloud({ params: { consumerConcurrency: 10 } });
try {
  await sendSampleOrders(cloud);
  await takeScreenshots(browser, cloud.output('ApiUrl'), folder);
} finally {
  await browser.close();
  await cloud.stop();
}

/** Sends orders of the last two months, in varying numbers per day, and some invalid ones. */
async function sendSampleOrders({ send, stored, until, depth, output }: TestCloud): Promise<void> {
  const today = Date.now() - 3_600_000;
  const days = Array.from({ length: 60 }, (_, index) => index);
  const orders = days.flatMap((day) => {
    const count = Math.round(14 + 9 * Math.sin((day / 7) * 2 * Math.PI) + day / 6);
    return [...generateOrders({ count, seed: day, startMs: today - (59 - day) * DAY_MS })];
  });
  const regular = ['jane-1', 'jane-2', 'jane-3'].map((order_id) => orderWith({ order_id }));
  await send([...orders, ...hostileOrders(), ...regular].map((order) => JSON.stringify(order)));
  const invalid = [
    ...[0, 1, 2, 3, 4].map((index) => orderWith({ order_id: `invalid-${index}`, price: -39.9 - index })),
    ...[5, 6, 7].map((index) => orderWith({ order_id: `invalid-${index}`, email_id: 'not-an-address' })),
    ...[8, 9].map((index) => ({ ...orderWith({ order_id: `invalid-${index}` }), product_id: undefined })),
  ];
  await send([...invalid.map((order) => JSON.stringify(order)), '{"customer_name":"Jane D']);
  await stored();
  const sendRequest = createSender(output('ApiUrl'));
  for (const [index, { product_id }] of catalog.entries()) {
    // Some products get enough stock, others too little.
    const quantity = Math.round(1_200 / (index + 1)) + ((index * 53) % 130) + 1;
    await sendRequest('POST', 'restock', { product_id, quantity } satisfies RestockRequest);
  }
  await until(
    () => depth('OrderQueueDLQUrl'),
    (count) => count === invalid.length + 1,
  );
}

async function takeScreenshots(browser: Browser, url: string, folder: string): Promise<void> {
  const pages: { name: string; page: Page }[] = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of SCHEMES) {
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(url);
      pages.push({ name: `${size}-${colorScheme}`, page });
    }
  }
  const take = async ({ name, page }: (typeof pages)[number], view: string) =>
    page.screenshot({ path: join(folder, `${view}-${name}.png`), fullPage: values.full ?? false });

  await varyLoad(url);
  for (const each of pages) await take(each, 'overview');
  for (const [view, { hash, act, ready }] of Object.entries(VIEWS)) {
    for (const each of pages) {
      await each.page.goto(new URL(hash, url).href);
      await act?.(each.page);
      await each.page.locator(ready).first().waitFor();
      // Lets the charts finish rendering.
      await sleep(300);
      await take(each, view);
    }
  }
}

function createSender(url: string) {
  return async (method: string, path: string, body: unknown): Promise<void> => {
    const response = await fetch(new URL(`/dashboard/${path}`, url), {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
}

/** Runs a burst for two minutes with changing rates and throttles, so that the charts show some variation. */
async function varyLoad(url: string): Promise<void> {
  const sendRequest = createSender(url);
  const rate = (ratePerSecond: number) => sendRequest('PATCH', 'burst', { ratePerSecond });
  const throttle = (name: string, body: ThrottleRequest) => sendRequest('PUT', `throttle/${name}`, body);
  await sendRequest('POST', 'burst', { count: 8_000, ratePerSecond: 25, seed: 5 } satisfies BurstRequest);
  await sleep(25_000);
  await rate(80);
  await sleep(20_000);
  await throttle('consumer', { maximumConcurrency: 2 });
  await sleep(20_000);
  await throttle('fulfillment', { enabled: false });
  await sleep(15_000);
  await throttle('fulfillment', { enabled: true });
  await throttle('consumer', { maximumConcurrency: 10 });
  await rate(60);
  await sleep(25_000);
}
