#!/usr/bin/env node
import { main } from './orders/main.ts';

process.exitCode = await main(process.argv.slice(2));
