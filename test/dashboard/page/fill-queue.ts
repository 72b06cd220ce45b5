const PARALLEL = 8;

/** Sends messages to a queue of the embedded cloud. It does not use the AWS SDK, which would be the bottleneck. */
export async function fillQueue(endpoint: string, queueUrl: string, count: number): Promise<void> {
  const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: '{}' }));
  const body = JSON.stringify({ QueueUrl: queueUrl, Entries });
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessageBatch',
    authorization: 'AWS4-HMAC-SHA256 Credential=local/20261101/us-east-1/sqs/aws4_request',
  };
  let left = count / Entries.length;
  async function send(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const response = await fetch(endpoint, { method: 'POST', headers, body });
      const answer = await response.text();
      if (!response.ok || /"Failed":\[\{/.test(answer)) throw new Error(`SendMessageBatch failed: ${answer}`);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, send));
}
