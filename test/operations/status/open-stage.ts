import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { openDeployedPipeline } from '../../../operations/pipeline/open-pipeline.ts';
import type { QueueName } from '../../../topology.ts';
import { intercept } from '../../aws/intercept.ts';
import { queueOutputs } from '../../pipeline/queue-outputs.ts';

const urlOf = (name: QueueName) =>
  `https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-dev-${name}-queue`;

const OUTPUTS = {
  ...queueOutputs(urlOf),
  OrderEventsTopicArn: 'arn:aws:sns:eu-central-1:123456789012:order-pipeline-dev-order-events',
  UploadBucketName: 'uploads',
  ResultsBucketName: 'results',
  LedgerTableName: 'ledger',
};

export const NOW = Date.UTC(2026, 10, 27, 12, 0, 30);
export const minutesAgo = (minutes: number) => new Date(Math.floor(NOW / 60_000) * 60_000 - minutes * 60_000);

/** Opens a stage on AWS with the given queue depths, and with CloudWatch metrics by name and dimension. */
export function openStage({
  depths = {},
  metrics = {},
}: {
  depths?: Record<string, [visible: number, inFlight: number, delayed: number]>;
  metrics?: Record<string, [minutesAgo: number, value: number][]>;
} = {}) {
  const place = { region: 'eu-central-1', credentials: { accessKeyId: 'no', secretAccessKey: 'one' } };
  const pipeline = openDeployedPipeline('dev', OUTPUTS, place);
  onTestFinished(() => pipeline.close());
  const { sqs, cloudWatch, lambda } = pipeline.clients;
  intercept(sqs, GetQueueAttributesCommand, async ({ QueueUrl = '' }) => {
    const [visible, inFlight, delayed] = depths[QueueUrl.split('order-pipeline-dev-')[1] ?? ''] ?? [0, 0, 0];
    return {
      $metadata: {},
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      },
    };
  });
  const asked = intercept(cloudWatch, GetMetricDataCommand, async ({ MetricDataQueries = [] }) => ({
    $metadata: {},
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
      const { Namespace, MetricName, Dimensions } = MetricStat?.Metric ?? {};
      const key = `${Namespace}/${MetricName}/${Dimensions?.[0]?.Value}`;
      const points = metrics[key] ?? [];
      return {
        Id,
        Timestamps: points.map(([minutes]) => minutesAgo(minutes)),
        Values: points.map(([, value]) => value),
      };
    }),
  }));
  const listed = intercept(
    lambda,
    ListEventSourceMappingsCommand,
    async ({ FunctionName }: ListEventSourceMappingsCommandInput) => ({
      $metadata: {},
      EventSourceMappings:
        FunctionName === 'order-pipeline-dev-consumer'
          ? [
              {
                UUID: 'consumer-mapping',
                EventSourceArn: 'arn:aws:sqs:eu-central-1:123456789012:order-pipeline-dev-order-queue',
                State: 'Enabled',
                BatchSize: 100,
                ScalingConfig: { MaximumConcurrency: 10 },
              },
            ]
          : [
              {
                UUID: 'another',
                EventSourceArn: `arn:aws:sqs:eu-central-1:123456789012:${FunctionName === 'order-pipeline-dev-ingest' ? 'order-pipeline-dev-upload-queue' : 'queue-of-another-service'}`,
                State: 'Disabled',
                BatchSize: 1,
              },
            ],
    }),
  );
  return { pipeline, asked, listed };
}
