import type { Migration } from '../database/migrate.ts';
import tables from './migrations/0001-tables.sql';
import scheduleBackorders from './migrations/0002-schedule-backorders.sql';
import fulfill from './migrations/0003-fulfil.sql';
import restock from './migrations/0004-restock.sql';
import newest from './migrations/0005-newest.sql';

/** The migrations of the shipping database, oldest first. Never change a deployed migration: add a new one. */
export const shippingMigrations: readonly Migration[] = [
  { name: '0001-tables', sql: tables },
  { name: '0002-schedule-backorders', sql: scheduleBackorders },
  { name: '0003-fulfil', sql: fulfill },
  { name: '0004-restock', sql: restock },
  { name: '0005-newest', sql: newest },
];
