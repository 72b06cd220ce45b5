import { readList, readProperty } from './read-property.ts';
import { resourcesOf, type Template } from './template.ts';

/** An alarm and one of the metrics that it watches, alone or in an expression. */
export interface AlarmMetric {
  alarmId: string;
  alarm: Record<string, unknown>;
  namespace: unknown;
  name: unknown;
  /** Values as they stand in the template, by the name of the dimension. */
  dimensions: Map<unknown, unknown>;
}

export const alarmMetrics = (template: Template): AlarmMetric[] =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(([alarmId, alarm]) =>
    [alarm, ...readList(alarm.Metrics).map((metric) => readProperty(metric, 'MetricStat.Metric'))]
      .filter((metric) => readProperty(metric, 'MetricName') !== undefined)
      .map((metric) => ({
        alarmId,
        alarm,
        namespace: readProperty(metric, 'Namespace'),
        name: readProperty(metric, 'MetricName'),
        dimensions: new Map(
          readList(readProperty(metric, 'Dimensions')).map((dimension) => [
            readProperty(dimension, 'Name'),
            readProperty(dimension, 'Value'),
          ]),
        ),
      })),
  );
