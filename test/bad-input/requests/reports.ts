import { entry, gets, type RequestEntry } from './request-entry.ts';

const report = (query: string) => gets(`/reports/sales?${query}`);
const LIMIT = 'limit: must be a whole number from 1 to 1,000';

/** Queries for `GET /reports/sales`. */
export const reportRequests: RequestEntry[] = [
  entry(
    'GET /reports/sales: an unknown grouping',
    report('by=week'),
    400,
    'by: must be product, hour, day or customer',
  ),
  entry('GET /reports/sales: SQL', report("by=product'--"), 400, 'by: must be'),
  entry('GET /reports/sales: NUL', report('by=%00'), 400, 'received \\"\\\\u{0}\\"'),
  entry('GET /reports/sales: a duplicate parameter', report('by=day&by=hour'), 400, 'must be given once'),
  entry(
    'GET /reports/sales: a duplicate parameter, percent-encoded',
    report('by=day&%62y=hour'),
    400,
    'must be given once',
  ),
  entry('GET /reports/sales: PHP array syntax', report('by[]=day'), 400, 'is unknown'),
  entry('GET /reports/sales: __proto__', report('__proto__=1'), 400, '__proto__'),
  entry(
    'GET /reports/sales: 500 unknown parameters',
    report(Array.from({ length: 500 }, (_, index) => `a${index}=1`).join('&')),
    400,
    'and 480 more',
  ),
  entry('GET /reports/sales: invalid percent encodings', report('%zz=%'), 400, 'is unknown'),
  entry('GET /reports/sales: only ampersands', report('&&&'), 200),
  entry('GET /reports/sales: a parameter without a name', report('=1'), 400, 'is unknown'),
  entry('GET /reports/sales: month 13', report('from=2026-13-01'), 400, 'from: must be an ISO 8601 date'),
  entry(
    'GET /reports/sales: from after to',
    report('from=2026-11-02&to=2026-11-01'),
    400,
    'from: must be before to',
  ),
  entry(
    'GET /reports/sales: 8,000 years of hours',
    report('from=1970-01-01&to=9999-12-31&by=hour'),
    400,
    'at most 1,000 periods',
  ),
  entry('GET /reports/sales: a limit of a billion', report('limit=1e9'), 400, LIMIT),
  entry('GET /reports/sales: a limit of -1', report('limit=-1'), 400, LIMIT),
  entry('GET /reports/sales: an unknown format', report('format=xml'), 400, 'format: must be json or csv'),
];
