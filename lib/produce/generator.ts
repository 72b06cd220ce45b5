import { hash } from 'node:crypto';
import { type OrderField, orderFields } from '../order/fields.ts';
import { deriveOrderId, type Order, type OrderFields } from '../order/order.ts';
import { catalog, type Product } from './catalog.ts';

export interface GenerateOptions {
  /** Number of orders. */
  count: number;
  /** The same seed, count and start generate the same orders, byte for byte. */
  seed: number;
  /**
   * Epoch milliseconds of the first order. Each following order is one millisecond later, so that all orders of a run differ.
   * Default: a time in 2026 that depends on the seed.
   */
  startMs?: number;
}

const START_OF_2026 = Date.UTC(2026, 0);
const YEAR_MS = 365 * 24 * 3_600_000;

/** Fields that the generator has values for. All others get the example of their entry in `orderFields`. */
const GENERATED_FIELDS = [
  'customer_name',
  'email_id',
  'product_id',
  'product_name',
  'price',
  'timestamp',
  'order_id',
];

/** Every fourth order has the optional fields. No random number decides, so a new field does not change other fields. */
const OPTIONAL_FIELDS_EVERY = 4;

const otherFields = Object.entries<OrderField>(orderFields).filter(
  ([name]) => !GENERATED_FIELDS.includes(name),
);
const otherRequiredFields = otherFields.filter(([, { presence }]) => presence === 'required');
const examplesOf = (fields: typeof otherFields) =>
  Object.fromEntries(fields.map(([name, { example }]) => [name, example]));
const examples = { all: examplesOf(otherFields), required: examplesOf(otherRequiredFields) };

function addOtherFields(generated: Customer & Product & { timestamp: number }, index: number): OrderFields {
  if (otherFields.length === 0) return generated as OrderFields;
  const isFull = index % OPTIONAL_FIELDS_EVERY === 0;
  return { ...generated, ...(isFull ? examples.all : examples.required) } as OrderFields;
}

/** Generates sample orders lazily: a million take no more memory than one. */
export function* generateOrders({ count, seed, startMs }: GenerateOptions): Generator<Order> {
  const random = seededRandom(seed);
  const seededStart = START_OF_2026 + Math.floor(random() * YEAR_MS);
  const start = startMs ?? seededStart;
  for (let index = 0; index < count; index++) {
    const { customer_name, email_id } = randomCustomer(random);
    const product = popularProduct(random);
    const fields = addOtherFields({ customer_name, email_id, ...product, timestamp: start + index }, index);
    yield { ...fields, order_id: deriveOrderId(fields) };
  }
}

/** Chooses a product. With the exponent 2.5, the first fifth of the catalog gets half of the orders: 0.2 ** (1 / 2.5) = 0.53. */
function popularProduct(random: () => number): Product {
  return catalog[Math.floor(random() ** 2.5 * catalog.length)] as Product;
}

export interface Customer {
  customer_name: string;
  email_id: string;
}

interface Name {
  name: string;
  /** The name's spelling in an e-mail address. */
  mail: string;
}

/** Names of one origin. `first` and `second` follow its writing order: Chinese family names are in `first`. */
interface Origin {
  first: readonly Name[];
  second: readonly Name[];
  between: string;
}

/** Parses space-separated lists of `name`, or `name/mail` if removing the accents does not give the e-mail spelling. */
function origin(first: string, second: string, between = ' '): Origin {
  return { first: first.split(' ').map(spell), second: second.split(' ').map(spell), between };
}

function spell(entry: string): Name {
  const [name = entry, spelling = name] = entry.split('/');
  const mail = spelling
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
  return { name: name.replace('_', ' '), mail };
}

const ORIGINS: readonly Origin[] = [
  origin(
    'Olivia Noah Emma James Amelia Jack Grace Oliver Chloe Henry Siobhán Liam',
    "Smith Jones Taylor Brown O'Neil Walker Wright Murphy Lloyd-Evans Clarke Hughes Campbell",
  ),
  origin(
    'José María Lucía Mateo Sofía Diego Camila Andrés Inés Joaquín',
    'García Fernández López Muñoz Rodríguez Peña Castillo Núñez Ortega Ibáñez',
  ),
  origin(
    'Jürgen/Juergen Anna Björn/Bjoern Lena Anne-Marie Felix Käthe/Kaethe Søren/Soeren Ingrid Łukasz/Lukasz',
    'Müller/Mueller Schmidt Weiß/Weiss Jørgensen/Joergensen Lindström/Lindstroem Kowalski Novák Bauer',
  ),
  origin(
    'Amélie Louis Chloé Hugo Zoé Jules Élodie Théo François Margaux',
    'Martin Bernard Lefèvre Dubois Moreau Girard Fontaine Béranger',
  ),
  origin(
    'Aarav Priya Rohan Ananya Arjun Fatima Imran Ayesha Vikram Meera',
    'Sharma Patel Iyer Khan Reddy Chowdhury Singh Nair Fernando Hussain',
  ),
  origin(
    'Chidi Amina Kwame Zanele Thabo Nia Oluwaseun Wanjiru Tariq Yasmin',
    'Okafor Mensah Dlamini Diallo Mwangi Haddad Adeyemi Nkosi Benali Osei',
  ),
  origin(
    '李/li 王/wang 张/zhang 刘/liu 陈/chen 杨/yang 赵/zhao 黄/huang',
    '小龙/xiaolong 伟/wei 芳/fang 娜/na 静/jing 磊/lei 洋/yang 婷/ting',
    '',
  ),
  origin(
    '佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 渡辺/watanabe 伊藤/ito',
    '蓮/ren 陽葵/himari 湊/minato 結菜/yuina 大翔/hiroto さくら/sakura',
  ),
  origin(
    'Александр/aleksandr Мария/maria Дмитрий/dmitri Анна/anna Олена/olena Тарас/taras',
    'Иваненко/ivanenko Шевченко/shevchenko Коваль/koval Бондарь/bondar',
  ),
  origin(
    'Nguyễn/Nguyen Trần/Tran Lê/Le Phạm/Pham',
    'Thị_Hương/huong Văn_Minh/minh Quốc_Bảo/bao Ngọc_Ánh/anh',
  ),
];

/** Domains that are reserved for examples (RFC 2606, section 3), so no one receives this mail. */
const DOMAINS = ['example.com', 'example.org', 'example.net'] as const;

/** Picks a customer name from around the world, with an address under example.com, .org or .net. */
export function randomCustomer(random: () => number): Customer {
  const { first, second, between } = pick(ORIGINS, random);
  const [one, two] = [pick(first, random), pick(second, random)];
  const number = Math.floor(random() * 10_000);
  return {
    customer_name: `${one.name}${between}${two.name}`,
    email_id: `${one.mail}.${two.mail}${number}@${pick(DOMAINS, random)}`,
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Generates numbers in [0, 1) with sfc32 (Chris Doty-Humphrey, PractRand). A hash of the seed is the initial state. */
export function seededRandom(seed: number): () => number {
  const state = hash('sha256', String(seed), 'buffer');
  let [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((offset) => state.readInt32LE(offset));
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
