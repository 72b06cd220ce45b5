import { Metrics, type MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'OrderPipeline' });

/** Metrics by unit, then by name: `{ Count: { OrdersConfirmed: 10 }, Milliseconds: { OldestOrderAge: 812 } }`. */
export type MetricsByUnit = {
  [Unit in typeof MetricUnit.Count | typeof MetricUnit.Milliseconds]?:
    | Readonly<Record<string, number>>
    | undefined;
};

/**
 * Writes metrics as one CloudWatch metric line (EMF) to standard output. `docs/monitoring.md` lists all metrics. CloudWatch
 * charges for each combination of dimensions, so `service` is the only dimension.
 */
export function publishMetrics({ Count = {}, Milliseconds = {} }: MetricsByUnit): void {
  for (const [name, count] of Object.entries(Count)) metrics.addMetric(name, 'Count', count);
  for (const [name, duration] of Object.entries(Milliseconds))
    metrics.addMetric(name, 'Milliseconds', duration);
  metrics.publishStoredMetrics();
}
