import { AwsError } from '../aws-services/aws-error.ts';

/** Returns SNS's error for a rejected parameter, `InvalidParameterException` in the SDKs. */
export const invalidParameter = (reason: string): AwsError =>
  new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

/** Returns SNS's error for an unknown topic, subscription or token, `NotFoundException` in the SDKs. */
export const notFound = (what: string): AwsError => new AwsError('NotFound', `${what} does not exist`, 404);
