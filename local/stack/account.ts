/** The account and region that the embedded cloud stands for. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';

/** @returns an ARN in the embedded account; S3 has neither region nor account in its own */
export function arn(service: 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda', resource: string): string {
  return service === 's3'
    ? `arn:aws:s3:::${resource}`
    : `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}
