import * as z from 'zod/mini';
import { type OrderField, orderFields } from '../../lib/order/fields.ts';
import { deriveOrderId, type OrderFields } from '../../lib/order/order.ts';

const fields = Object.entries<OrderField>(orderFields);
const required = fields.filter(([, { presence }]) => presence === 'required');
const identity = fields.filter(([, field]) => field.identity);
const example = Object.fromEntries(required.map(([name, field]) => [name, field.example]));

/** Writes a list of names, as a sentence has them. */
const listed = (of: typeof fields): string => of.map(([name]) => `\`${name}\``).join(', ');

const INTRO = `# The order

For developers who send orders, or read them in \`OrderConfirmed\` events. An order is a JSON object:

\`\`\`json
${JSON.stringify(example)}
\`\`\`

[\`order.schema.json\`](order.schema.json) is the same contract as JSON Schema (2020-12). Both files are generated from
\`lib/order/fields.ts\` by \`node test/order/write-contract.ts\`, and a test fails when they are not up to date.

## Fields
`;

const NOTES = `
- Texts are trimmed. Their lengths count UTF-16 code units, after trimming.
- An ISO 8601 date may be a day (\`2026-11-22\`) or a date and time, in UTC where it names no offset. Numbers below 1e11 are
  epoch seconds.
- Unknown fields are ignored. \`null\` is a value: a field that an order does not have is left out.
- Order files in CSV have a header that names the required fields, in any order, and any of the others. An empty cell is a field
  that is left out. Columns of type number or boolean hold what JSON would: no thousands separator, no decimal comma.
- An order's history ([reports.md](reports.md)) shows its optional fields, but for those that are personal.

## Identity

\`order_id\` names the order: sent twice, it is confirmed once. Where it is missing, it is the SHA-256, in hexadecimal digits, of
the order's normalized fields as canonical JSON: keys sorted, no white space
([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)). These fields are part of it, an optional one where the order has it:
${listed(identity)}.

The order above has the \`order_id\` \`${deriveOrderId(example as OrderFields)}\`.

## Add a field

Add an entry to \`lib/order/fields.ts\`, then run \`node test/order/write-contract.ts\`.
[\`examples/gift-note\`](../examples/gift-note/README.md) shows what follows from it. A field that is added must be optional: a
required one would refuse the orders of all present senders.
`;

/** `docs/order.md`, from the table of fields. */
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
  const head = row('field', 'what it is', 'must be', 'presence', 'in CSV', 'personal', 'example');
  return `${INTRO}\n${head}\n${'|---'.repeat(7)}|\n${rows.join('\n')}\n${NOTES}`;
}

const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;

/** `docs/order.schema.json`, from the table of fields. */
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
      'An order as JSON, its texts without white space around them; docs/order.md has the whole contract.',
    type: 'object',
    properties: Object.fromEntries(properties),
    required: required.map(([name]) => name),
  };
  return `${JSON.stringify(schema, null, 2).replace(LIST, inOneLine)}\n`;
}

/** A list of texts and numbers, with all of its first line. */
const LIST = /^(.*)\[\n *([^[\]{}]*?)\n *\]/gm;
const LINE_WIDTH = 110;

/** Writes a list as Biome formats it. */
function inOneLine(list: string, before: string, values: string): string {
  const line = `${before}[${values.replace(/\n */g, ' ')}]`;
  return line.length < LINE_WIDTH ? line : list;
}
