import { type Demand, MONTH, meanRate } from './demand.ts';
import {
  ACCESS_LOG_BYTES,
  type FunctionName,
  INVOCATIONS,
  invokeMs,
  METRICS,
  PLATFORM_LOG_BYTES,
} from './measured.ts';
import { type CostLine, costLine } from './prices.ts';
import type { Flows } from './queue-flow.ts';
import type { FunctionSettings, Settings } from './read-settings.ts';

/**
 * Of each traced function, one invocation a second and 5% of the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const TRACED = { perSecond: 1, share: 0.05 };
const GB = 1e9;

interface InvokedFunction {
  name: FunctionName;
  settings: FunctionSettings;
  ordersPerInvocation: number;
}

/**
 * What the functions' time costs, their logs, metrics and traces, and the log of the HTTP API in front of them; their
 * invocations are requests of an order.
 */
export function functionLines(settings: Settings, demand: Demand, flows: Flows): CostLine[] {
  const invoked = invokedFunctions(settings, demand, flows);
  const rate = meanRate(demand);
  const lines: CostLine[] = [];
  let [ingested, stored, metrics, traces] = [0, 0, 0, 0];
  const addLog = (bytesPerSecond: number, days: number) => {
    ingested += (bytesPerSecond * MONTH.seconds) / GB;
    stored += (bytesPerSecond * days * 86_400) / GB;
  };
  for (const { name, settings: own, ordersPerInvocation } of invoked) {
    const perSecond = rate / ordersPerInvocation;
    const seconds = invokeMs(name, own.memoryMb, ordersPerInvocation, demand.known) / 1_000;
    const gbSeconds = perSecond * MONTH.seconds * seconds * (own.memoryMb / 1_024);
    lines.push(costLine('Lambda', `${name}: duration`, gbSeconds, 'lambdaGbSecondArm64'));
    addLog(perSecond * (INVOCATIONS[name].logBytes + PLATFORM_LOG_BYTES), own.logDays);
    if (name !== 'intake') metrics += METRICS[name].length;
    if (own.traced) traces += tracesPerSecond(perSecond) * MONTH.seconds;
  }
  const { accessLogDays } = settings;
  if (demand.via === 'http' && accessLogDays !== undefined) addLog(rate * ACCESS_LOG_BYTES, accessLogDays);
  return [
    ...lines,
    costLine('CloudWatch', 'logs: taken in', ingested, 'logIngestion'),
    costLine('CloudWatch', 'logs: kept', stored, 'logStorage'),
    costLine('CloudWatch', 'metrics of our own', metrics, 'customMetric'),
    costLine('X-Ray', 'traces', traces, 'xrayTrace'),
  ];
}

function invokedFunctions(settings: Settings, { via }: Demand, flows: Flows): InvokedFunction[] {
  const { intake, consumer, shipping, sales } = settings;
  const invoked: InvokedFunction[] = [];
  const add = (
    name: FunctionName,
    own: FunctionSettings | undefined,
    ordersPerInvocation: number | undefined,
  ) => own && ordersPerInvocation && invoked.push({ name, settings: own, ordersPerInvocation });
  if (via === 'http') add('intake', intake, 1);
  add('consumer', consumer, flows.consumer.ordersPerBatch);
  add('fulfillment', shipping?.fulfillment, flows.fulfillment?.ordersPerBatch);
  add('analytics', sales?.analytics, flows.analytics?.ordersPerBatch);
  return invoked;
}

const tracesPerSecond = (invocationsPerSecond: number): number =>
  Math.min(invocationsPerSecond, TRACED.perSecond) +
  Math.max(0, invocationsPerSecond - TRACED.perSecond) * TRACED.share;
