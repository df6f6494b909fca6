/** @file What a curation did: counts and samples of every filter, as JSON and as a page to look at. */

import { join } from 'node:path';
import { replaceFile } from '../../files.js';
import type { Database } from '../database.js';
import { bitOf, filters, type Skipped, type Thresholds, unreadable } from './filters.js';
import { reportPage } from './report-page.js';
import type { Source } from './source.js';

/** A dropped sample to look at. Numbers that are not known are absent. */
export interface DroppedSample {
	/** Of shards: the place in reading order. Of Parquet: file number * 2^40 + row number. */
	readonly row: number;
	readonly text: string;
	readonly url?: string;
	readonly width?: number;
	readonly height?: number;
	readonly bytes?: number;
	readonly similarity?: number;
	readonly unsafe?: number;
	/** Of near-duplicates: the likeness and the number of the evaluation image. */
	readonly distance?: number;
	readonly cosine?: number;
	readonly nearest?: number;
}

/** What a filter did. */
export interface FilterReport {
	readonly name: string;
	/** In words. */
	readonly drops: string;
	readonly threshold: number | null;
	/** Why it did not run; absent when it did. */
	readonly skipped?: string;
	/** Samples that it is the first to drop. */
	readonly dropped: number;
	/** Of the raw data. */
	readonly share: number;
	/** Samples that it would drop if it were the only filter; of `max-copies`, of what is left by the others. */
	readonly alone: number;
	readonly samples: readonly DroppedSample[];
}

/** What a curation did. */
export interface CurationReport {
	readonly input: Source;
	/** Pairs in the raw data. */
	readonly rows: number;
	readonly kept: number;
	/** In the order of the filters; those that were off are left out. */
	readonly filters: readonly FilterReport[];
}

/** Samples that are shown of each filter. */
const shownSamples = 24;

/** Count what the verdicts say, and pick samples: the same ones for the same data. */
export async function makeReport(
	database: Database,
	run: { source: Source; rows: number; thresholds: Thresholds; skipped: readonly Skipped[] },
): Promise<CurationReport> {
	const masks = await database.rows<{ mask: number; n: bigint }>(
		'SELECT mask, count(*) AS n FROM verdict GROUP BY mask ORDER BY mask',
	);
	const count = (test: (mask: number) => boolean): number =>
		masks.reduce((sum, { mask, n }) => (test(mask) ? sum + Number(n) : sum), 0);
	const report = async (name: string, drops: string, threshold: number | null, bit: number): Promise<FilterReport> => {
		const dropped = count((mask) => (mask & -mask) === bit);
		return {
			name,
			drops,
			threshold,
			dropped,
			share: dropped / run.rows,
			alone: count((mask) => (mask & bit) !== 0),
			samples: dropped > 0 ? await sampleOf(database, bit, run.source) : [],
		};
	};
	const reports: FilterReport[] = [];
	const broken = await report(unreadable, 'picture that cannot be read', null, 1);
	if (broken.dropped > 0) reports.push(broken);
	for (const { name, drops } of filters) {
		const threshold = run.thresholds[name];
		const why = run.skipped.find((skipped) => skipped.name === name)?.why;
		if (threshold !== undefined)
			reports.push(await report(name, drops.replace('{}', threshold.toLocaleString('en')), threshold, bitOf(name)));
		else if (why !== undefined)
			reports.push({
				name,
				drops: drops.replace('{}', '…'),
				threshold: null,
				skipped: why,
				dropped: 0,
				share: 0,
				alone: 0,
				samples: [],
			});
	}
	return { input: run.source, rows: run.rows, kept: count((mask) => mask === 0), filters: reports };
}

/** Rows that a filter was the first to drop, spread evenly by hash. */
async function sampleOf(database: Database, bit: number, source: Source): Promise<DroppedSample[]> {
	const rids = await database.rows<{ rid: bigint }>(
		`SELECT rid FROM verdict WHERE mask & -mask = ${bit} ORDER BY hash(rid), rid LIMIT ${shownSamples}`,
	);
	const nearest = bit === bitOf('eval-cosine') ? 'cosine_nearest' : 'hash_nearest';
	const near = source.kind === 'shards' ? `, hash_distance AS distance, cosine, ${nearest} AS nearest` : '';
	const rows = await database.rows<Record<string, unknown>>(
		`SELECT rid AS row, text, url, width, height, bytes, similarity, unsafe ${near} FROM raw WHERE rid IN (${rids.map(({ rid }) => rid).join(', ')}) ORDER BY rid`,
	);
	return rows.map((row) =>
		Object.fromEntries(
			Object.entries(row).flatMap(([name, value]) => {
				if (value === null) return [];
				return [[name, typeof value === 'bigint' ? Number(value) : value]];
			}),
		),
	) as unknown as DroppedSample[];
}

/** Write `curation.json` and `report.html`. @param pictures thumbnails by row @param evaluation thumbnails of evaluation images */
export function writeReport(
	out: string,
	report: CurationReport,
	pictures: ReadonlyMap<number, Buffer>,
	evaluation: readonly Buffer[],
): void {
	replaceFile(join(out, 'curation.json'), `${JSON.stringify(report, null, '\t')}\n`);
	replaceFile(join(out, 'report.html'), reportPage(report, pictures, evaluation));
}
