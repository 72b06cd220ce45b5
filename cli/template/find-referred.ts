import { asText, splitArn } from './as-text.ts';
import { resourcesOf, type Template } from './template.ts';

/** What a resource's name is called, by its type, and what stands before it in its ARN's last part. */
const NAMES: Record<string, { property?: string; prefix?: string }> = {
  'AWS::SQS::Queue': { property: 'QueueName' },
  'AWS::SNS::Topic': { property: 'TopicName' },
  'AWS::S3::Bucket': { property: 'BucketName' },
  'AWS::Lambda::Function': { property: 'FunctionName', prefix: 'function:' },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', prefix: 'log-group:' },
  'AWS::IAM::Role': { property: 'RoleName', prefix: 'role/' },
  'AWS::KMS::Alias': { property: 'AliasName' },
};

/**
 * Logical id of the resource of that type that a value means: by `Ref` or `Fn::GetAtt`, by an ARN with its name spelled
 * out, or by the name alone. Undefined where it is none of this template.
 */
export function findReferred(template: Template, type: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const { property, prefix = '' } = NAMES[type] ?? {};
  const text = asText(value);
  const name = splitArn(text)?.[5]?.replace(prefix, '') ?? text;
  const [, id = ''] = /^\$\{([^}.]+)(?:\.[^}]+)?\}$/.exec(name) ?? [];
  if (template.Resources[id]?.Type === type) return id;
  const found = resourcesOf(template, type).find(([, properties]) => {
    const own = property && properties[property];
    return own !== undefined && asText(own) === name;
  });
  return found?.[0];
}
