/** Bytes of JavaScript heap in use, and of the buffers that hang on it, by what uses them. */
export interface HeapUse {
  /** What polls queues, serves HTTP, and keeps what the functions say. */
  main: number;
  /** SQS, SNS and S3. */
  awsServices: number;
  dynamoDb: number;
  /** All environments of all functions. */
  functions: number;
}

/** What the services have: functions' heaps hold nothing for long, and are many. */
export const servicesOf = ({ main, awsServices, dynamoDb }: HeapUse): number => main + awsServices + dynamoDb;
