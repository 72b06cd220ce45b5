import { entry, gets, posts, type RequestEntry, request } from './request-entry.ts';

const RULE = 'email_id must be an e-mail address';
const register = (body: string) => posts('/customers', body);
const remove = (who: string) => () => request(`DELETE /customers/${who}`);

/** Requests to `POST /customers` and `DELETE /customers/{email_id}`. */
export const customerRequests: RequestEntry[] = [
  entry('POST /customers: no address', register('{}'), 400, RULE),
  entry('POST /customers: null', register('null'), 400, RULE),
  entry('POST /customers: an array', register('[]'), 400, RULE),
  entry('POST /customers: a list of addresses', register('{"email_id":["a@b.co"]}'), 400, RULE),
  entry(
    'POST /customers: a header after CRLF',
    register('{"email_id":"a@b.co\\r\\nBcc: c@d.ef"}'),
    400,
    RULE,
  ),
  entry('POST /customers: __proto__', register('{"__proto__":{"email_id":"a@b.co"}}'), 400, RULE),
  entry('GET /customers', gets('/customers'), 404, 'Not Found'),
  entry('DELETE /customers: an invalid address', remove('nobody'), 400, RULE),
  entry('DELETE /customers: a wildcard', remove('*'), 400, RULE),
  entry('DELETE /customers: an encoded slash', remove('a%2Fb'), 400, RULE),
  entry('DELETE /customers: an at sign encoded twice', remove('jane%2540example.com'), 400, RULE),
  entry('DELETE /customers: an unknown address', remove('never@example.com'), 204),
  entry(
    'DELETE /customers: with a body',
    () => request('DELETE /customers/never@example.com', [], 'abc'),
    204,
  ),
];
