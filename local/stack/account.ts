/** Account and region of the embedded cloud. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';

/** Returns an ARN of the embedded account. S3 ARNs contain no region and no account. */
export function arn(
  service: 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda' | 'kms' | 'secretsmanager',
  resource: string,
): string {
  return service === 's3'
    ? `arn:aws:s3:::${resource}`
    : `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}
