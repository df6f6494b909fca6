/** @file DuckDB for Parquet files and for counting more rows than memory holds: in memory, bounded, offline. */

import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AtelierError } from '../errors.js';

/** What a database may use. */
export interface DatabaseOptions {
	/** Upper bound of DuckDB's own memory, as it writes it: `512MB`, `3GB`. */
	readonly memory?: string;
	readonly threads?: number;
	/** Folder for what does not fit; without it queries that need more memory fail. */
	readonly spill?: string;
}

/** A value as queries return it. */
export type Cell = string | number | bigint | boolean | null | Uint8Array;

/** An in-memory database. Close it. */
export class Database {
	private constructor(
		private readonly instance: DuckDBInstance,
		readonly connection: DuckDBConnection,
	) {}

	/** Open one. Extensions are never fetched: Parquet and JSON are built in. */
	static async open(options: DatabaseOptions = {}): Promise<Database> {
		// Loaded on demand: the library is large, and drawing never needs it.
		const { DuckDBInstance } = await import('@duckdb/node-api');
		const instance = await DuckDBInstance.create(':memory:', {
			memory_limit: options.memory ?? '512MB',
			threads: String(options.threads ?? 2),
			temp_directory: options.spill ?? '',
			autoinstall_known_extensions: 'false',
		});
		return new Database(instance, await instance.connect());
	}

	/** Run a statement. @throws AtelierError E_CORPUS with what DuckDB says */
	async run(sql: string): Promise<void> {
		await attempt(() => this.connection.run(sql));
	}

	/** Every row of a query, as objects. @throws AtelierError E_CORPUS with what DuckDB says */
	async rows<Row = Readonly<Record<string, Cell>>>(sql: string): Promise<Row[]> {
		const reader = await attempt(() => this.connection.runAndReadAll(sql));
		return reader.getRowObjectsJS() as Row[];
	}

	close(): void {
		this.connection.closeSync();
		this.instance.closeSync();
	}
}

/** Text as an SQL literal. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function attempt<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		const reason = ((cause as Error).message ?? String(cause)).split('\n')[0];
		throw new AtelierError('E_CORPUS', `expected DuckDB to run a query, but it says: ${reason}`, { cause });
	}
}
