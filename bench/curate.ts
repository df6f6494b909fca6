/** @file Curation of 10 million rows of synthetic metadata with every filter that needs no pictures: rows a second, peak memory. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { curate, presets } from '../src/training/curation/index.js';
import { Database, quote } from '../src/training/database.js';
import { brief, printRows } from './measure.js';

const files = 10;
const rowsPerFile = 1_000_000;
const memory = '2GB';
/** Of some 49 million different words and pairs: small enough that the expensive filter has work. */
const vocabulary = 300_000;

/**
 * Rows as a crawl has them: nine tenths of the addresses once, 3 % of the texts stock phrases, the others 1 to 24 words by
 * Zipf's law out of 200,000; sizes, bytes and cosines spread over the thresholds.
 */
async function generate(folder: string): Promise<void> {
	const database = await Database.open({ memory: '512MB' });
	const uniform = (...salt: (string | number)[]) => `((hash(i, ${salt.join(', ')}) >> 11) / 9007199254740992.0)`;
	try {
		for (let file = 0; file < files; file++)
			await database.run(
				`COPY (SELECT 'https://example.org/' || (hash(i, 1) % 9000000) || '.jpg' AS url,
					CASE WHEN ${uniform(2)} < 0.03 THEN 'stock photo ' || (hash(i, 3) % 500) || ' free download'
					ELSE array_to_string(list_transform(range(1 + (hash(i, 4) % 24)::BIGINT), k -> 'w' || (pow(200000, ${uniform('k', 5)}))::BIGINT), ' ') END AS caption,
					(100 + hash(i, 6) % 1500)::INTEGER AS width, (100 + hash(i, 7) % 1000)::INTEGER AS height,
					(1000 + hash(i, 8) % 200000)::INTEGER AS bytes, (0.1 + 0.35 * ${uniform(9)})::FLOAT AS similarity, ${uniform(10)}::FLOAT AS punsafe
				FROM range(${file * rowsPerFile}, ${(file + 1) * rowsPerFile}) t(i)) TO ${quote(join(folder, `${file}.parquet`))} (FORMAT parquet)`,
			);
	} finally {
		database.close();
	}
}

/** Print a table and, with `json`, a last line of JSON. */
export async function curateBench(json: boolean): Promise<void> {
	const root = mkdtempSync(join(tmpdir(), 'curate-bench-'));
	try {
		const [input, out] = [join(root, 'in'), join(root, 'out')];
		mkdirSync(input);
		console.log(`generating ${files} files of ${rowsPerFile} rows`);
		await generate(input);
		const began = performance.now();
		const cpuBefore = process.cpuUsage();
		const marks: [string, number][] = [];
		const report = await curate({
			input,
			out,
			thresholds: { ...presets.all, vocabulary },
			memory,
			threads: 2,
			onProgress: ({ phase, done }) => marks.push([`${phase} ${done}`, (performance.now() - began) / 1000]),
		});
		const seconds = (performance.now() - began) / 1000;
		const { user, system } = process.cpuUsage(cpuBefore);
		const dropped = report.filters.reduce((sum, filter) => sum + filter.dropped, 0);
		const kept = await countRows(out);
		if (report.rows !== files * rowsPerFile || kept !== report.kept || kept + dropped !== report.rows)
			throw new Error(`expected ${report.rows} rows kept or dropped, got ${kept} in the files and ${dropped} dropped`);
		const at = (name: string) => marks.find(([mark]) => mark === name)?.[1] ?? Number.NaN;
		const result = {
			rows: report.rows,
			kept,
			seconds: brief(seconds),
			rows_per_second: Math.round(report.rows / seconds),
			cpu_seconds: brief((user + system) / 1e6),
			rss_mb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
		};
		printRows([
			['rows', `${result.rows}, ${result.kept} kept`],
			['reading, hashing and cutting into words', `${brief(at('judge 1') - at('judge 0'))} s`],
			['counting images of texts, texts of images', `${brief(at('judge 2') - at('judge 1'))} s`],
			['counting words and pairs, finding rare ones', `${brief(at('judge 3') - at('judge 2'))} s`],
			['verdicts and copies', `${brief(at('judge 5') - at('judge 3'))} s`],
			['writing', `${brief(seconds - at('judge 5'))} s`],
			['all', `${result.seconds} s (${result.cpu_seconds} s of CPU), ${result.rows_per_second} rows/s`],
			['peak memory', `${result.rss_mb} MB, DuckDB bounded to ${memory}`],
		]);
		if (json) console.log(JSON.stringify(result));
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

/** Rows in the files of a folder. */
async function countRows(folder: string): Promise<number> {
	const database = await Database.open();
	try {
		const [row] = await database.rows<{ n: bigint }>(
			`SELECT count(*) AS n FROM read_parquet(${quote(join(folder, '*.parquet'))})`,
		);
		return Number(row?.n);
	} finally {
		database.close();
	}
}
