import { AwsError } from '../aws-services/aws-error.ts';

/** An error that DynamoDB returns, with the further fields of its answer, such as the item of a failed condition. */
export class DynamoDbError extends AwsError {
  readonly fields: object;

  constructor(code: string, message: string, fields: object = {}) {
    super(code, message);
    this.name = 'DynamoDbError';
    this.fields = fields;
  }
}

export const validationError = (message: string): DynamoDbError =>
  new DynamoDbError('ValidationException', message);

/** Creates the error of a parameter that violates a constraint of the API reference. */
export function constraintError(value: unknown, parameter: string, constraint: string): DynamoDbError {
  const shown = value === undefined || value === null ? 'null' : `'${showValue(value)}'`;
  return validationError(
    `1 validation error detected: Value ${shown} at '${parameter}' failed to satisfy constraint: ${constraint}`,
  );
}

const showValue = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
