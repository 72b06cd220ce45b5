import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { printable } from '../../../lib/text.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { fillQueue } from './fill-queue.ts';
import { findAxeFaults } from './find-axe-faults.ts';
import { launchBrowser } from './launch-browser.ts';
import { measureFrames } from './measure-frames.ts';
import { type OpenPage, openPage } from './open-page.ts';
import { HOSTILE_NAMES, hostileOrders, orderWith } from './sample-orders.ts';

let browser: Browser;
let cloud: TestCloud;
let open: OpenPage;
let page: Page;
/** Orders that have been confirmed, or are about to be. */
let valid = 0;

const POISON = [
  orderWith({ order_id: 'poison-price', price: -39.9 }),
  orderWith({ order_id: 'poison-mail', email_id: 'nobody' }),
  orderWith({ order_id: 'poison-hostile', customer_name: HOSTILE_NAMES[0], price: -1 }),
];

/** What fingers would miss: less than 40 px high. */
const LOW_TARGETS = `[...document.querySelectorAll('main :is(a, button, select, input:not([type=checkbox]))')]
  .filter((each) => each.getClientRects().length > 0 && Math.round(each.getBoundingClientRect().height) < 40)
  .map((each) => each.outerHTML.slice(0, 80))`;

const sendOrders = async (orders: readonly object[], output?: string) =>
  cloud.send(
    orders.map((order) => JSON.stringify(order)),
    output,
  );

beforeAll(async () => {
  browser = await launchBrowser();
  cloud = await startTestCloud();
  open = await openPage(browser, cloud.output('ApiUrl'));
  page = open.page;
  const hostile = hostileOrders();
  await sendOrders([...POISON, ...hostile]);
  valid += hostile.length;
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
}, 60_000);

afterEach(() => {
  const faults = open.faults.splice(0);
  expect(faults, 'errors, breaches of the policy and foreign requests').toEqual([]);
});

const main = (): Locator => page.getByRole('main');
const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text });
const notice = (text: string | RegExp): Promise<void> =>
  page.locator('.notice').getByText(text).waitFor({ timeout: 60_000 });

/** Until the diagram shows so many confirmed orders and an empty order queue. */
async function drained(): Promise<void> {
  const confirmed = page
    .locator('[data-node="topic"] strong')
    .getByText(valid.toLocaleString('en'), { exact: true });
  await confirmed.waitFor({ timeout: 90_000 });
  await page.locator('[data-node="order"] .depth strong').getByText('0', { exact: true }).waitFor();
}

describe('an operator', () => {
  test('starts a burst from the page and sees it drained', { timeout: 120_000 }, async () => {
    await page.getByLabel('Orders to generate').fill('60');
    await page.getByRole('button', { name: 'Start burst' }).click();
    await notice('A burst of 60 orders has started.');
    valid += 60;
    await page.getByText('The last burst sent 60 of 60 orders.').waitFor({ timeout: 60_000 });
    await drained();
    expect(await cloud.depth('MailboxQueueUrl')).toBe(valid);
  });

  test('finds a poison order, mends it and reads its confirmation', { timeout: 120_000 }, async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'poison-price' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dead letter' });
    await dialog.getByText('price must be a finite JSON number of at least 0, received -39.9').waitFor();

    const body = dialog.getByLabel('Body');
    const written = await body.inputValue();
    await body.fill(written.replace('-39.9', '"dear"'));
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await dialog.getByRole('alert').getByText('received "dear"').waitFor();
    expect(await body.getAttribute('aria-invalid')).toBe('true');

    await body.fill(written.replace('-39.9', '39.9'));
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await notice('The letter is back in the order queue.');
    valid += 1;
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'poison-mail' }).waitFor();
    await page.getByRole('link', { name: 'poison-price' }).waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'See what becomes of it' }).click();
    await page.getByRole('heading', { level: 1, name: 'Order poison-price' }).waitFor();
    await main().getByText('Confirmed', { exact: true }).waitFor({ timeout: 60_000 });

    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Mailbox' }).click();
    await main().getByLabel('Order id or e-mail address').fill('poison-price');
    await main().getByRole('button', { name: 'Search' }).click();
    await main().getByText('1 found').waitFor();
    expect(await main().locator('.letter-paper:visible').innerText()).toMatch(
      /Hello Jane Doe,.*poison-price/s,
    );
  });

  test('redrives the letters of one reason, and no others', { timeout: 120_000 }, async () => {
    const passing = ['passing-1', 'passing-2', 'passing-3'].map((order_id) => orderWith({ order_id }));
    await sendOrders(passing, 'OrderQueueDLQUrl');
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('button', { name: 'Redrive these : 3, passing' }).click();
    await notice('3 of 3 sent back to the order queue.');
    valid += 3;
    const letters = async () => (await main().locator('.letter-head a').allInnerTexts()).toSorted();
    await expect.poll(letters, { timeout: 20_000 }).toEqual(['poison-hostile', 'poison-mail']);
    await open.visit('#/', 'Overview');
    await drained();
  });

  test('adds stock, which goes to the order that waits for it', { timeout: 120_000 }, async () => {
    await cloud.stored();
    await open.visit('#/shipping', 'Shipping');
    const product = printable(HOSTILE_NAMES[0]);
    await page.getByLabel(`Pieces of ${product} to add`).fill('5');
    await page.getByRole('button', { name: `Add to the stock of ${product}` }).click();
    await notice(`5 × ${product} added: 1 backorder scheduled, 4 in stock.`);
    await page
      .getByRole('region', { name: 'Stock' })
      .getByRole('row')
      .filter({ hasText: product })
      .getByText('4 low')
      .waitFor();
    await row('hostile-0')
      .getByText(/^\d{4}-\d\d-\d\d$/)
      .waitFor();
    expect(await row('hostile-1').innerText()).toMatch('backordered');
  });

  test('opens the trace of the only order of an address', { timeout: 60_000 }, async () => {
    const search = page.getByRole('banner').getByLabel('Order id or e-mail');
    await search.fill('hostile-1@example.com');
    await search.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Order hostile-1' }).waitFor();
    await main().getByText('shipment waits for stock').waitFor();
    expect(await page.title()).toBe('Order hostile-1 · order-pipeline');
  });

  test('reaches and starts a burst by keyboard alone', { timeout: 120_000 }, async () => {
    await open.visit('#/', 'Overview');
    await page.reload();
    const count = page.getByLabel('Orders to generate');
    await count.waitFor();
    const countId = await count.getAttribute('id');
    const unmarked: string[] = [];
    let focused = '';
    for (let tabs = 0; tabs < 30 && focused !== countId; tabs++) {
      await page.keyboard.press('Tab');
      const [id, html, outline] = await page.evaluate<[string, string, string]>(
        '[document.activeElement.id, document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]',
      );
      // The first Tab may only reach the page.
      if (outline === 'none' && !html.startsWith('<body')) unmarked.push(html.slice(0, 80));
      focused = id;
    }
    expect(focused).toBe(countId);
    expect(unmarked).toEqual([]);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('20');
    await page.keyboard.press('Enter');
    await notice('A burst of 20 orders has started.');
    valid += 20;
    await page.getByText('The last burst sent 20 of 20 orders.').waitFor({ timeout: 60_000 });
    await drained();
  });
});

describe('names that are HTML, or turn text around', () => {
  /** Nothing of a name has become part of the page. */
  const isText = async () =>
    expect(await page.locator('#app :is(img, script, iframe, style)').count()).toBe(0);

  test('are text in the mailbox', async () => {
    await open.visit('#/mailbox/hostile-0', 'Mailbox');
    await main().getByText('1 found').waitFor();
    expect(await main().locator('.letter-paper').innerText()).toMatch('<img src=x onerror=');
    await isText();
  });

  test('are text among products and shipments', async () => {
    await open.visit('#/shipping', 'Shipping');
    for (const name of HOSTILE_NAMES) {
      await page.getByRole('rowheader').getByText(printable(name), { exact: true }).first().waitFor();
      await page.getByRole('cell').getByText(printable(name), { exact: true }).first().waitFor();
    }
    expect(await main().innerText()).not.toMatch('\u202E');
    await isText();
  });

  test('are text among dead letters', async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'poison-hostile' }).click();
    const body = page.getByRole('dialog').getByLabel('Body');
    expect(JSON.parse(await body.inputValue()).customer_name).toBe(HOSTILE_NAMES[0]);
    await isText();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('are text in a trace', async () => {
    await open.visit('#/orders/hostile-2', 'Order hostile-2');
    await main().getByText(printable(HOSTILE_NAMES[2])).first().waitFor();
    await isText();
  });
});

describe('each view', () => {
  const views: [hash: string, heading: string, ready: () => Locator][] = [
    ['#/', 'Overview', () => page.getByRole('heading', { name: 'Throttles' })],
    [
      '#/dead-letters/order',
      'Dead letters',
      () => page.getByRole('heading', { name: 'Letters', exact: true }),
    ],
    ['#/mailbox', 'Mailbox', () => main().locator('.letter-paper').first()],
    ['#/shipping', 'Shipping', () => page.getByRole('region', { name: /latest \d+ shipments/ })],
    ['#/sales', 'Sales', () => page.getByRole('region', { name: 'Best-selling products by revenue' })],
    ['#/orders/poison-mail', 'Order poison-mail', () => main().getByText('Open this letter')],
    ['#/search/jane@example.com', 'Search', () => page.getByRole('region', { name: 'Orders found' })],
  ];

  test.each(views)(
    '%s has no serious fault by axe, light or dark, and fits 360 px',
    { timeout: 60_000 },
    async (hash, heading, ready) => {
      await open.visit(hash, heading);
      await ready().waitFor();
      await expectNoFaults();
    },
  );

  test('and a letter that is open', { timeout: 60_000 }, async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'poison-mail' }).click();
    await page.getByRole('dialog').getByLabel('Body').waitFor();
    await expectNoFaults();
    await page.keyboard.press('Escape');
  });

  async function expectNoFaults(): Promise<void> {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 780 });
      await page.emulateMedia({ colorScheme });
      const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      const tooLow = await page.evaluate<string[]>(LOW_TARGETS);
      expect({ width, colorScheme, tooWide, tooLow, faults: await findAxeFaults(page) }).toEqual({
        width,
        colorScheme,
        tooWide: 0,
        tooLow: [],
        faults: [],
      });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }
});

describe('with 100,000 messages queued', () => {
  test('the page keeps up', { timeout: 180_000 }, async () => {
    await open.visit('#/', 'Overview');
    await page.getByRole('button', { name: 'Pause consumer' }).click();
    await page.locator('[data-node="order"]').getByText('paused').waitFor();
    await fillQueue(cloud.output('AwsEndpointUrl'), cloud.output('OrderQueueUrl'), 100_000);
    await page.locator('[data-node="order"] .depth strong').getByText('100,000').waitFor();

    const gaps = await measureFrames(page, 4_000);
    const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
    expect(median).toBeLessThan(100);
    expect(await page.locator('*').count()).toBeLessThan(1_500);
  });
});
