import { type Demand, MONTH, meanRate } from './demand.ts';
import { ACCESS_LOG_BYTES, invocationOf, invokeMs, metricsOf, PLATFORM_LOG_BYTES } from './measured.ts';
import { type CostLine, costLine } from './prices.ts';
import type { Hop } from './queue-flow.ts';
import type { FunctionSettings, Settings } from './read-settings.ts';

/**
 * X-Ray samples one invocation a second per function, and 5% of the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const TRACED = { perSecond: 1, share: 0.05 };
const GB = 1e9;

interface InvokedFunction {
  name: string;
  settings: FunctionSettings;
  ordersPerInvocation: number;
}

/**
 * Lists the lines of the functions' durations, logs, metrics and traces, and of the HTTP API's access log. Invocations are
 * counted among the requests of an order.
 */
export function functionLines(settings: Settings, demand: Demand, hops: readonly Hop[]): CostLine[] {
  const invoked = invokedFunctions(settings, demand, hops);
  const rate = meanRate(demand);
  const lines: CostLine[] = [];
  let [ingested, stored, traces] = [0, 0, 0];
  const addLog = (bytesPerSecond: number, days: number) => {
    ingested += (bytesPerSecond * MONTH.seconds) / GB;
    stored += (bytesPerSecond * days * 86_400) / GB;
  };
  for (const { name, settings: own, ordersPerInvocation } of invoked) {
    const perSecond = rate / ordersPerInvocation;
    const seconds = invokeMs(name, own.memoryMb, ordersPerInvocation, demand.known) / 1_000;
    const gbSeconds = perSecond * MONTH.seconds * seconds * (own.memoryMb / 1_024);
    lines.push(costLine('Lambda', `${name}: duration`, gbSeconds, 'lambdaGbSecondArm64'));
    addLog(perSecond * (invocationOf(name).logBytes + PLATFORM_LOG_BYTES), own.logDays);
    if (own.traced) traces += tracesPerSecond(perSecond) * MONTH.seconds;
  }
  const metrics = new Set(hops.flatMap(({ queue }) => metricsOf(queue)));
  const { accessLogDays } = settings;
  if (demand.via === 'http' && accessLogDays !== undefined) addLog(rate * ACCESS_LOG_BYTES, accessLogDays);
  return [
    ...lines,
    costLine('CloudWatch', 'logs: ingestion', ingested, 'logIngestion'),
    costLine('CloudWatch', 'logs: storage', stored, 'logStorage'),
    costLine('CloudWatch', 'custom metrics', metrics.size, 'customMetric'),
    costLine('X-Ray', 'traces', traces, 'xrayTrace'),
  ];
}

const invokedFunctions = ({ intake }: Settings, { via }: Demand, hops: readonly Hop[]): InvokedFunction[] => [
  ...(via === 'http' ? [{ name: 'intake', settings: intake, ordersPerInvocation: 1 }] : []),
  ...hops.map(({ name, consumer, flow }) => ({
    name,
    settings: consumer,
    ordersPerInvocation: flow.ordersPerBatch,
  })),
];

const tracesPerSecond = (invocationsPerSecond: number): number =>
  Math.min(invocationsPerSecond, TRACED.perSecond) +
  Math.max(0, invocationsPerSecond - TRACED.perSecond) * TRACED.share;
