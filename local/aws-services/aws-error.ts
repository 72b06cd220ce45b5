/** An error that a service of the embedded cloud returns to its client, as AWS would. */
export class AwsError extends Error {
  /** Error code of the service's API reference, such as `InvalidParameterValue`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}
