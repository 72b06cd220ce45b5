import { AwsError } from '../aws-services/aws-error.ts';

/** An error of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export class S3Error extends AwsError {
  /** Further elements of the error's XML, such as `Key`. */
  readonly details: Record<string, string>;

  constructor(code: string, message: string, status = 400, details: Record<string, string> = {}) {
    super(code, message, status);
    this.name = 'S3Error';
    this.details = details;
  }
}

export const noSuchBucket = (name: string) =>
  new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });

export const noSuchKey = (key: string) =>
  new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });

export const invalidArgument = (message: string, name: string, value: string) =>
  new S3Error('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });

export const invalidRequest = (message: string) => new S3Error('InvalidRequest', message);

export const malformedXml = () =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const preconditionFailed = (condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

export const methodNotAllowed = (method: string) =>
  new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    Method: method,
  });

/** @param feature Operation, parameter or header of the request, such as `PUT ?acl`. */
export const notImplemented = (feature: string) =>
  new S3Error('NotImplemented', `The embedded S3 does not implement ${feature}; nothing was changed`, 501);
