import { hash } from 'node:crypto';
import { type OrderField, orderFields } from '../order/fields.ts';
import { deriveOrderId, type Order, type OrderFields } from '../order/order.ts';
import { catalogue, type Product } from './catalogue.ts';

export interface GenerateOptions {
  /** How many orders. */
  count: number;
  /** The same seed, count and start give the same orders, byte for byte. */
  seed: number;
  /**
   * Epoch milliseconds of the first order; each next one is a millisecond later, which keeps all of a run distinct.
   * Default: a moment of 2026 that follows from the seed.
   */
  startMs?: number;
}

const START_OF_2026 = Date.UTC(2026, 0);
const YEAR_MS = 365 * 24 * 3_600_000;

/** Fields whose values are made here; all others have the example of their entry. */
const MADE = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp', 'order_id'];

/** One order of so many has the optional fields. Which one does not depend on the seed, so that all else stays as it was. */
const ORDERS_TO_OPTIONAL = 4;

const others = Object.entries<OrderField>(orderFields).filter(([name]) => !MADE.includes(name));
const required = others.filter(([, { presence }]) => presence === 'required');
const examplesOf = (fields: typeof others) =>
  Object.fromEntries(fields.map(([name, { example }]) => [name, example]));
const examples = { withOptional: examplesOf(others), withoutOptional: examplesOf(required) };

function withOthers(made: Customer & Product & { timestamp: number }, index: number): OrderFields {
  if (others.length === 0) return made as OrderFields;
  const isFull = index % ORDERS_TO_OPTIONAL === 0;
  return { ...made, ...(isFull ? examples.withOptional : examples.withoutOptional) } as OrderFields;
}

/** Sample orders, made one at a time as they are asked for: a million take no more memory than one. */
export function* generateOrders({ count, seed, startMs }: GenerateOptions): Generator<Order> {
  const random = seededRandom(seed);
  const seededStart = START_OF_2026 + Math.floor(random() * YEAR_MS);
  const start = startMs ?? seededStart;
  for (let index = 0; index < count; index++) {
    const { customer_name, email_id } = randomCustomer(random);
    const product = popularProduct(random);
    const fields = withOthers({ customer_name, email_id, ...product, timestamp: start + index }, index);
    yield { ...fields, order_id: deriveOrderId(fields) };
  }
}

/** The power makes the first fifth of the catalogue sell about half of the orders: 0.2 ** (1 / 2.5) = 0.53. */
function popularProduct(random: () => number): Product {
  return catalogue[Math.floor(random() ** 2.5 * catalogue.length)] as Product;
}

export interface Customer {
  customer_name: string;
  email_id: string;
}

interface Name {
  name: string;
  /** The name as an e-mail address spells it. */
  mail: string;
}

/** Names of one origin, in the order in which they are written. */
interface Origin {
  first: readonly Name[];
  second: readonly Name[];
  between: string;
}

/** Lists are separated by spaces: `name`, or `name/mail` where dropping the accents does not spell it. */
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

/** Reserved for examples (RFC 2606, section 3): nobody gets mail there. */
const DOMAINS = ['example.com', 'example.org', 'example.net'] as const;

/** A customer with a name from somewhere in the world and an address under example.com, .org or .net. */
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

/** Numbers in [0, 1) by sfc32 (Chris Doty-Humphrey, PractRand), its four words of state cut from a hash of the seed. */
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
