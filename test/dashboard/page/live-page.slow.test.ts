import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { printable } from '../../../lib/text.ts';
import type { Inspection } from '../../../operations/status/inspection.ts';
import { findBrowser, launchBrowser } from '../../browser/browser.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { fillQueue } from './fill-queue.ts';
import { findAxeViolations } from './find-axe-violations.ts';
import { measureFrames } from './measure-frames.ts';
import { type OpenPage, openPage } from './open-page.ts';
import { HOSTILE_NAMES, hostileOrders, orderWith } from './sample-orders.ts';

const found = await findBrowser();
const describeInBrowser = describe.skipIf(!found);

let browser: Browser;
let cloud: TestCloud;
let open: OpenPage;
let page: Page;
/** Valid orders sent so far. */
let validOrders = 0;

const INVALID = [
  orderWith({ order_id: 'invalid-price', price: -39.9 }),
  orderWith({ order_id: 'invalid-mail', email_id: 'not-an-address' }),
  orderWith({ order_id: 'invalid-hostile', customer_name: HOSTILE_NAMES[0], price: -1 }),
];

/** A request of a page, in the form of fetch's options. */
interface Attempt {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Finds touch targets less than 40 px high. */
const SMALL_TARGETS = `[...document.querySelectorAll('main :is(a, button, select, input:not([type=checkbox]))')]
  .filter((each) => each.getClientRects().length > 0 && Math.round(each.getBoundingClientRect().height) < 40)
  .map((each) => each.outerHTML.slice(0, 80))`;

const sendOrders = async (orders: readonly object[], output?: string) =>
  cloud.send(
    orders.map((order) => JSON.stringify(order)),
    output,
  );

beforeAll(async () => {
  if (!found) return;
  browser = await launchBrowser(found);
  cloud = await startTestCloud();
  open = await openPage(browser, cloud.output('ApiUrl'));
  page = open.page;
  const hostile = hostileOrders();
  await sendOrders([...INVALID, ...hostile]);
  validOrders += hostile.length;
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
}, 60_000);

afterEach(() => {
  const faults = open.faults.splice(0);
  expect(faults, 'page errors, policy violations and requests to other hosts').toEqual([]);
});

const main = (): Locator => page.getByRole('main');
const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text });
const notice = (text: string | RegExp): Promise<void> =>
  page.locator('.notice').getByText(text).waitFor({ timeout: 60_000 });

/** Waits until the diagram shows all valid orders as confirmed and an empty order queue. */
async function waitUntilDrained(): Promise<void> {
  const confirmed = page
    .locator('[data-node="topic"] strong')
    .getByText(validOrders.toLocaleString('en'), { exact: true });
  await confirmed.waitFor({ timeout: 90_000 });
  await page.locator('[data-node="order"] .depth strong').getByText('0', { exact: true }).waitFor();
}

describeInBrowser('an operator', () => {
  test('starts a burst and sees its orders confirmed', { timeout: 120_000 }, async () => {
    await page.getByLabel('Orders to generate').fill('60');
    await page.getByRole('button', { name: 'Start burst' }).click();
    await notice('Burst of 60 orders started.');
    validOrders += 60;
    await page.getByText('Last burst: 60 of 60 orders sent').waitFor({ timeout: 60_000 });
    await waitUntilDrained();
    expect(await cloud.depth('MailboxQueueUrl')).toBe(validOrders);
  });

  test('finds an invalid order, edits it and reads its confirmation', { timeout: 120_000 }, async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'invalid-price' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dead letter' });
    await dialog.getByText('price must be a finite JSON number of at least 0, received -39.9').waitFor();

    const body = dialog.getByLabel('Body');
    const written = await body.inputValue();
    await body.fill(written.replace('-39.9', '"dear"'));
    await dialog.getByRole('button', { name: 'Save and redrive' }).click();
    await dialog.getByRole('alert').getByText('received "dear"').waitFor();
    expect(await body.getAttribute('aria-invalid')).toBe('true');

    await body.fill(written.replace('-39.9', '39.9'));
    await dialog.getByRole('button', { name: 'Save and redrive' }).click();
    await notice('Message sent to the order queue.');
    validOrders += 1;
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'invalid-mail' }).waitFor();
    await page.getByRole('link', { name: 'invalid-price' }).waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'View order' }).click();
    await page.getByRole('heading', { level: 1, name: 'Order invalid-price' }).waitFor();
    await main().getByText('Confirmed', { exact: true }).first().waitFor({ timeout: 60_000 });

    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Mailbox' }).click();
    await main().getByLabel('Order ID or e-mail address').fill('invalid-price');
    await main().getByRole('button', { name: 'Search' }).click();
    await main().getByText('1 found').waitFor();
    expect(await main().locator('.mail-body:visible').innerText()).toMatch(/Hello Jane Doe,.*invalid-price/s);
  });

  test('redrives only the dead letters of one reason', { timeout: 120_000 }, async () => {
    const passing = ['passing-1', 'passing-2', 'passing-3'].map((order_id) => orderWith({ order_id }));
    await sendOrders(passing, 'OrderQueueDLQUrl');
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('button', { name: 'Redrive 3 with reason passing' }).click();
    await notice('Sent 3 of 3 messages to the order queue.');
    validOrders += 3;
    const orderIds = async () => (await main().locator('.dead-letter-head a').allInnerTexts()).toSorted();
    await expect.poll(orderIds, { timeout: 20_000 }).toEqual(['invalid-hostile', 'invalid-mail']);
    await open.visit('#/', 'Overview');
    await waitUntilDrained();
  });

  test('adds stock, which schedules a backordered shipment', { timeout: 120_000 }, async () => {
    await cloud.stored();
    await open.visit('#/shipping', 'Shipping');
    const product = printable(HOSTILE_NAMES[0]);
    await page.getByLabel(`Quantity of ${product} to add`).fill('5');
    await page.getByRole('button', { name: `Add stock of ${product}` }).click();
    await notice(`Added 5 × ${product}: 1 backorder scheduled, 4 in stock.`);
    await page
      .getByRole('region', { name: 'Stock' })
      .getByRole('row')
      .filter({ hasText: product })
      .getByText('4 low')
      .waitFor();
    await row('hostile-0')
      .getByText(/^\d{4}-\d\d-\d\d$/)
      .waitFor();
    expect(await row('hostile-1').innerText()).toMatch('Backordered');
  });

  test('searches by e-mail address and gets to the only matching order', { timeout: 60_000 }, async () => {
    const search = page.getByRole('banner').getByLabel('Order ID or e-mail');
    await search.fill('hostile-1@example.com');
    await search.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Order hostile-1' }).waitFor();
    await main().getByText('shipment waits for stock').waitFor();
    expect(await page.title()).toBe('Order hostile-1 · order-pipeline');
  });

  test('starts a burst with the keyboard only', { timeout: 120_000 }, async () => {
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
      // The first Tab may focus the document itself.
      if (outline === 'none' && !html.startsWith('<body')) unmarked.push(html.slice(0, 80));
      focused = id;
    }
    expect(focused).toBe(countId);
    expect(unmarked).toEqual([]);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('20');
    await page.keyboard.press('Enter');
    await notice('Burst of 20 orders started.');
    validOrders += 20;
    await page.getByText('Last burst: 20 of 20 orders sent').waitFor({ timeout: 60_000 });
    await waitUntilDrained();
  });
});

describeInBrowser('names that contain HTML or change the text direction', () => {
  /** Asserts that no name has become an element of the page. */
  const expectNoInjectedElements = async () =>
    expect(await page.locator('#app :is(img, script, iframe, style)').count()).toBe(0);

  test('are shown as text in the mailbox', async () => {
    await open.visit('#/mailbox/hostile-0', 'Mailbox');
    await main().getByText('1 found').waitFor();
    expect(await main().locator('.mail-body').innerText()).toMatch('<img src=x onerror=');
    await expectNoInjectedElements();
  });

  test('are shown as text in products and shipments', async () => {
    await open.visit('#/shipping', 'Shipping');
    for (const name of HOSTILE_NAMES) {
      await page.getByRole('rowheader').getByText(printable(name), { exact: true }).first().waitFor();
      await page.getByRole('cell').getByText(printable(name), { exact: true }).first().waitFor();
    }
    expect(await main().innerText()).not.toMatch('\u202E');
    await expectNoInjectedElements();
  });

  test('are shown as text in dead letters', async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'invalid-hostile' }).click();
    const body = page.getByRole('dialog').getByLabel('Body');
    expect(JSON.parse(await body.inputValue()).customer_name).toBe(HOSTILE_NAMES[0]);
    await expectNoInjectedElements();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('are shown as text in a trace', async () => {
    await open.visit('#/orders/hostile-2', 'Order hostile-2');
    await main().getByText(printable(HOSTILE_NAMES[2])).first().waitFor();
    await expectNoInjectedElements();
  });
});

describeInBrowser('each view', () => {
  const views: [hash: string, heading: string, ready: () => Locator][] = [
    ['#/', 'Overview', () => page.getByRole('heading', { name: 'Concurrency' })],
    [
      '#/dead-letters/order',
      'Dead letters',
      () => page.getByRole('heading', { name: 'Messages', exact: true }),
    ],
    ['#/mailbox', 'Mailbox', () => main().locator('.mail-body').first()],
    ['#/shipping', 'Shipping', () => page.getByRole('region', { name: /Latest \d+ shipments/ })],
    ['#/sales', 'Sales', () => page.getByRole('region', { name: 'Best-selling products by revenue' })],
    ['#/orders/invalid-mail', 'Order invalid-mail', () => main().getByText('View dead letter')],
    ['#/search/jane@example.com', 'Search', () => page.getByRole('region', { name: 'Search results' })],
  ];

  test.each(views)(
    '%s has no serious accessibility violation, light or dark, and fits 360 px',
    { timeout: 60_000 },
    async (hash, heading, ready) => {
      await open.visit(hash, heading);
      await ready().waitFor();
      await expectNoViolations();
    },
  );

  test('the dead letter dialog has no serious accessibility violation, light or dark, and fits 360 px', {
    timeout: 60_000,
  }, async () => {
    await open.visit('#/dead-letters/order', 'Dead letters');
    await page.getByRole('link', { name: 'invalid-mail' }).click();
    await page.getByRole('dialog').getByLabel('Body').waitFor();
    await expectNoViolations();
    await page.keyboard.press('Escape');
  });

  async function expectNoViolations(): Promise<void> {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 780 });
      await page.emulateMedia({ colorScheme });
      const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      const tooSmall = await page.evaluate<string[]>(SMALL_TARGETS);
      expect({ width, colorScheme, tooWide, tooSmall, violations: await findAxeViolations(page) }).toEqual({
        width,
        colorScheme,
        tooWide: 0,
        tooSmall: [],
        violations: [],
      });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }
});

describeInBrowser('a page of another origin', () => {
  test('can neither change anything through a port of the embedded cloud, nor read an answer', async () => {
    const foreign = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<title>elsewhere</title>');
    });
    await once(foreign.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void foreign.close());
    const elsewhere = await browser.newPage();
    onTestFinished(() => elsewhere.close());
    await elsewhere.goto(`http://localhost:${(foreign.address() as AddressInfo).port}`);

    const aws = cloud.output('AwsEndpointUrl');
    const topic = encodeURIComponent(cloud.output('OrderEventsTopicArn'));
    const publish = `Action=Publish&Version=2010-03-31&TopicArn=${topic}&Message=forged`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const upload = `--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nforged.csv\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n`;
    const dynamodb = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
    };
    // Each is a request that a browser sends without asking the server first, but for the last.
    const attempts = [
      [`${aws}/`, { method: 'POST', headers: form, body: publish }],
      [`${aws}/?${publish}`, {}],
      [
        `${aws}/${cloud.output('UploadBucketName')}`,
        { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: upload },
      ],
      [`${aws}/2015-03-31/functions/producer/invocations`, { method: 'POST', body: '{"count":5}' }],
      [cloud.output('InspectionUrl'), {}],
      [`${cloud.output('ApiUrl')}/orders/generate`, { method: 'POST', body: '{"count":5}' }],
      [`${cloud.output('DynamoDbEndpointUrl')}/`, {}],
      [`${cloud.output('DynamoDbEndpointUrl')}/`, { method: 'POST', headers: dynamodb, body: '{}' }],
    ] as const;
    const inspect = async () => (await fetch(cloud.output('InspectionUrl'))).json() as Promise<Inspection>;
    const before = await inspect();
    const readable = await elsewhere.evaluate(
      async (all) => {
        const read: string[] = [];
        for (const [url, init] of all) {
          await fetch(url, { ...init, mode: 'no-cors' }).catch(() => undefined);
          await fetch(url, init).then(
            () => read.push(url),
            () => undefined,
          );
        }
        return read;
      },
      attempts as unknown as [string, Attempt][],
    );
    expect(readable).toEqual([]);
    const after = await inspect();
    const taken = ({ queues }: Inspection) =>
      Object.entries(queues).map(([name, queue]) => [name, queue.taken]);
    expect(taken(after)).toEqual(taken(before));
    expect(after.functions.producer).toEqual(before.functions.producer);
  });
});

describeInBrowser('with 10,000 messages queued', () => {
  test('the page keeps rendering smoothly', { timeout: 180_000 }, async () => {
    await open.visit('#/', 'Overview');
    await page.getByRole('button', { name: 'Pause consumer' }).click();
    await page.locator('[data-node="order"]').getByText('Paused').waitFor();
    await fillQueue(cloud.output('AwsEndpointUrl'), cloud.output('OrderQueueUrl'), 10_000);
    await page.locator('[data-node="order"] .depth strong').getByText('10,000').waitFor();

    const gaps = await measureFrames(page, 4_000);
    const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
    expect(median).toBeLessThan(100);
    expect(await page.locator('*').count()).toBeLessThan(1_500);
  });
});
