import * as z from 'zod/mini';
import { type OrderField, orderFields } from '../../lib/order/fields.ts';
import { deriveOrderId, type OrderFields } from '../../lib/order/order.ts';

const fields = Object.entries<OrderField>(orderFields);
const required = fields.filter(([, { presence }]) => presence === 'required');
const identity = fields.filter(([, field]) => field.identity);
const example = Object.fromEntries(required.map(([name, field]) => [name, field.example]));

/** Formats field names as a list in a sentence. */
const listNames = (named: typeof fields): string => named.map(([name]) => `\`${name}\``).join(', ');

const INTRO = `# Order format

For developers who send orders, or read them in \`OrderConfirmed\` events. An order is a JSON object:

\`\`\`json
${JSON.stringify(example)}
\`\`\`

[\`order.schema.json\`](order.schema.json) is the same contract as JSON Schema (2020-12). Both files are generated:
\`node test/order/write-contract.ts\` writes them from \`lib/order/fields.ts\`.

## Fields
`;

const NOTES = `
- Texts are trimmed. Their length is measured after trimming, in UTF-16 code units.
- An ISO 8601 date is a date (\`2026-11-22\`) or a date and time. The default offset is UTC. Numbers below 1e11 are epoch seconds.
- Unknown fields are ignored. \`null\` is not the same as absent: it is rejected as a value of the wrong type.
- A CSV file has a header with all required fields, in any order, and any optional ones. An empty cell means that the field is
  absent. Numbers and booleans are written as in JSON: no thousands separator, and a decimal point.
- The order history ([reports.md](reports.md)) shows optional fields that are not personal.

## How is order_id derived?

An order with the same \`order_id\` is confirmed once, even if it is sent several times. If an order has no \`order_id\`, it gets the
SHA-256, in hexadecimal digits, of its normalized identity fields as canonical JSON: sorted keys, no white space
([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)). Absent optional fields are omitted. The identity fields are
${listNames(identity)}.

The order above has the \`order_id\` \`${deriveOrderId(example as OrderFields)}\`.

## Add a field

Add an entry to \`lib/order/fields.ts\`, then run \`node test/order/write-contract.ts\`.
[\`examples/gift-note\`](../examples/gift-note/README.md) is an example. A new field must be optional: a required one would
reject the orders of all existing senders.
`;

/** Renders `docs/order.md` from the table of fields. */
export function renderOrderPage(): string {
  const rows = fields.map(([name, { about, rule, presence, cell, personal, example }]) =>
    row(
      `\`${name}\``,
      about,
      rule,
      presence,
      cell,
      personal ? 'yes' : 'no',
      `\`${JSON.stringify(example)}\``,
    ),
  );
  const head = row('field', 'description', 'must be', 'presence', 'CSV type', 'personal', 'example');
  return `${INTRO}\n${head}\n${'|---'.repeat(7)}|\n${rows.join('\n')}\n${NOTES}`;
}

const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;

/** Renders `docs/order.schema.json` from the table of fields. */
export function renderOrderSchema(): string {
  const properties = fields.map(([name, { schema, jsonSchema, about, rule, example }]) => {
    const { $schema: _dialect, ...known } = z.toJSONSchema(schema, { io: 'input' });
    return [
      name,
      { description: `${about}. Must be ${rule}.`, ...known, ...jsonSchema, examples: [example] },
    ];
  });
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Order',
    description:
      'An order as JSON. Texts must have no surrounding white space. docs/order.md has the whole contract.',
    type: 'object',
    properties: Object.fromEntries(properties),
    required: required.map(([name]) => name),
  };
  return `${JSON.stringify(schema, null, 2).replace(LIST, inOneLine)}\n`;
}

/** A JSON array of strings and numbers, with the whole of its first line. */
const LIST = /^(.*)\[\n *([^[\]{}]*?)\n *\]/gm;
const LINE_WIDTH = 110;

/** Formats an array like Biome, on one line if it fits. */
function inOneLine(list: string, before: string, values: string): string {
  const line = `${before}[${values.replace(/\n */g, ' ')}]`;
  return line.length < LINE_WIDTH ? line : list;
}
