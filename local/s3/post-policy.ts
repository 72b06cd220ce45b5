import { S3Error } from './s3-error.ts';

type Condition = Record<string, string> | [operator: string, ...operands: (string | number)[]];

/** Fields that a policy need not name: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
const EXEMPT_FIELD = /^(policy|file|signature|awsaccesskeyid|x-amz-signature|x-ignore-.*)$/;

/** The parts of a form that its policy can restrict. */
export interface PostedForm {
  fields: ReadonlyMap<string, string>;
  bucket: string;
  /** Key, with `${filename}` replaced by the file's name. */
  key: string;
  /** Size of the file in bytes. */
  size: number;
}

/**
 * Checks a form against its policy, if it has one.
 *
 * @param now Unix time in milliseconds.
 * @throws S3Error `AccessDenied`, `EntityTooLarge`, `EntityTooSmall`, `InvalidPolicyDocument`
 */
export function checkPolicy(form: PostedForm, now: number): void {
  const encoded = form.fields.get('policy');
  if (encoded === undefined) return;
  const { expiration, conditions } = parsePolicy(encoded);
  if (!(Date.parse(expiration) >= now)) throw denied('Policy expired.');
  const named = new Set<string>();
  for (const condition of conditions) {
    if (Array.isArray(condition)) checkOperator(form, condition, named);
    else
      for (const [name, value] of Object.entries(condition))
        checkOperator(form, ['eq', `$${name}`, value], named);
  }
  for (const name of form.fields.keys()) {
    if (!EXEMPT_FIELD.test(name) && !named.has(name)) throw denied(`Extra input fields: ${name}`);
  }
}

function parsePolicy(encoded: string): { expiration: string; conditions: Condition[] } {
  try {
    const { expiration, conditions } = JSON.parse(Buffer.from(encoded, 'base64').toString());
    if (typeof expiration === 'string' && Array.isArray(conditions)) return { expiration, conditions };
  } catch {
    // Refused below.
  }
  throw new S3Error(
    'InvalidPolicyDocument',
    'Invalid Policy: Invalid JSON, or expiration or conditions are missing.',
  );
}

function checkOperator(form: PostedForm, condition: (string | number)[], named: Set<string>): void {
  const operator = String(condition[0]).toLowerCase();
  if (operator === 'content-length-range') {
    checkLength(form.size, Number(condition[1]), Number(condition[2]));
    return;
  }
  const name = String(condition[1]).replace(/^\$/, '').toLowerCase();
  const operand = String(condition[2]);
  const value = fieldValue(form, name);
  named.add(name);
  const holds =
    operator === 'eq' ? value === operand : operator === 'starts-with' && value.startsWith(operand);
  if (!holds) throw denied(`Policy Condition failed: ${JSON.stringify(condition)}`);
}

function fieldValue({ fields, bucket, key }: PostedForm, name: string): string {
  if (name === 'bucket') return bucket;
  return name === 'key' ? key : (fields.get(name) ?? '');
}

function checkLength(size: number, min: number, max: number): void {
  if (size > max) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: String(size),
      MaxSizeAllowed: String(max),
    });
  }
  if (size >= min) return;
  throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
    ProposedSize: String(size),
    MinSizeAllowed: String(min),
  });
}

const denied = (reason: string) => new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`, 403);
