/** @file Judges every row of the raw data: counts first, then one mask a row that says which filters would drop it. All in SQL, within bounded memory. */

import type { Database } from '../database.js';
import { bitOf, filters, type Thresholds } from './filters.js';

/** Steps of {@link judge}, for progress. */
export const judgingSteps = 5;

/** Words of a text, as `words` of the built-in encoder's text cleaning cuts them. */
const wordsOf = (text: string): string =>
	`regexp_extract_all(replace(lower(nfc_normalize(${text})), 'ё', 'е'), '[\\p{L}\\p{M}\\p{N}]+')`;

/**
 * Make the table `verdict` (rid, mask) from the view `raw`. A row stays when its mask is 0; a bit that is set is a filter that
 * drops it. Rows are told apart by 64-bit hashes of texts and images: among 10 million a chance of 3 in a million that two
 * different ones count as one.
 *
 * @param step called before each of {@link judgingSteps} steps
 */
export async function judge(database: Database, thresholds: Thresholds, step: (done: number) => void): Promise<void> {
	// Rows are found by number, so their order in between is nobody's concern, and costs memory.
	await database.run('SET preserve_insertion_order = false');
	step(0);
	await readRows(database, thresholds);
	step(1);
	await countPairs(database, thresholds);
	step(2);
	await countWords(database, thresholds);
	step(3);
	const bit = (name: 'max-images-per-text' | 'max-texts-per-image' | 'vocabulary', test: string): string =>
		thresholds[name] === undefined ? '' : ` | CASE WHEN ${test} THEN ${bitOf(name)} ELSE 0 END`;
	await database.run(
		`CREATE TABLE verdict AS SELECT rid, pair, mask
			${bit('max-images-per-text', 'text IN (FROM common_texts)')}
			${bit('max-texts-per-image', 'image IN (FROM common_images)')}
			${bit('vocabulary', 'rid IN (FROM rare_rows)')} AS mask FROM facts`,
	);
	await database.run('DROP TABLE facts');
	step(4);
	await findCopies(database, thresholds);
	await database.run('SET preserve_insertion_order = true');
	step(judgingSteps);
}

/** One pass over the data: what each row says by itself, and hashes of what has to be counted. */
async function readRows(database: Database, thresholds: Thresholds): Promise<void> {
	const tests = filters.flatMap(({ name, keeps }) => {
		const threshold = thresholds[name];
		if (threshold === undefined || !keeps) return [];
		// What is unknown is not known to be good.
		return `CASE WHEN coalesce(${keeps(threshold)}, false) THEN 0 ELSE ${bitOf(name)} END`;
	});
	const near = (name: 'eval-distance' | 'eval-cosine', test: (threshold: number) => string): string[] => {
		const threshold = thresholds[name];
		return threshold === undefined ? [] : [`CASE WHEN ${test(threshold)} THEN ${bitOf(name)} ELSE 0 END`];
	};
	const mask = [
		'CASE WHEN readable THEN 0 ELSE 1 END',
		...tests,
		...near('eval-distance', (t) => `hash_distance <= ${t}`),
		...near('eval-cosine', (t) => `cosine >= ${t}`),
	].join(' | ');
	// The words are cut only where some filter counts them.
	const words = tests.some((test) => test.includes('words')) ? `${wordsOf('text')} AS words` : '[] AS words';
	await database.run(
		`CREATE TABLE facts AS SELECT rid, hash(text) AS text, hash(image) AS image, hash(coalesce(url, image), text) AS pair,
			(${mask})::INTEGER AS mask FROM (SELECT *, ${words} FROM raw)`,
	);
}

/** Texts of too many images, images with too many texts; each different pair counts once. */
async function countPairs(database: Database, thresholds: Thresholds): Promise<void> {
	const { 'max-images-per-text': perText, 'max-texts-per-image': perImage } = thresholds;
	if (perText === undefined && perImage === undefined) return;
	await database.run('CREATE TABLE pairs AS SELECT DISTINCT text, image FROM facts');
	const common = (what: 'text' | 'image', most: number): Promise<void> =>
		database.run(
			`CREATE TABLE common_${what}s AS SELECT ${what} FROM pairs GROUP BY ${what} HAVING count(*) > ${most}`,
		);
	if (perText !== undefined) await common('text', perText);
	if (perImage !== undefined) await common('image', perImage);
	await database.run('DROP TABLE pairs');
}

/** Rows with a word, or two words in sequence, that is too rare in the raw data. */
async function countWords(database: Database, thresholds: Thresholds): Promise<void> {
	const size = thresholds.vocabulary;
	if (size === undefined) return;
	const tokens = `unnest(list_concat(h, list_transform(h[2:], (x, i) -> hash(h[i], x)))) AS token
		FROM (SELECT rid, list_transform(${wordsOf('text')}, w -> hash(w)) AS h FROM raw)`;
	await database.run(
		`CREATE TABLE tokens AS SELECT token, count(*)::UINTEGER AS n FROM (SELECT ${tokens}) GROUP BY token`,
	);
	// The count of the token at the edge of the vocabulary; those that share it are all kept, so that no tie is broken by chance.
	const [edge] = await database.rows<{ n: number }>(
		`SELECT n FROM (SELECT n, sum(count(*)) OVER (ORDER BY n DESC) AS upto FROM tokens GROUP BY n) WHERE upto >= ${size} ORDER BY n DESC LIMIT 1`,
	);
	const least = edge?.n ?? 0;
	const [sides] = await database.rows<{ rare: bigint; frequent: bigint }>(
		`SELECT count(*) FILTER (n < ${least}) AS rare, count(*) FILTER (n >= ${least}) AS frequent FROM tokens`,
	);
	// The smaller side fits into memory more easily.
	const byRare = (sides?.rare ?? 0n) <= (sides?.frequent ?? 0n);
	await database.run(
		`CREATE TABLE chosen AS SELECT token FROM tokens WHERE n ${byRare ? '<' : '>='} ${least}; DROP TABLE tokens`,
	);
	const match = sides?.rare === 0n ? 'false' : `token ${byRare ? '' : 'NOT'} IN (FROM chosen)`;
	await database.run(
		sides?.rare === 0n
			? 'CREATE TABLE rare_rows (rid BIGINT)'
			: `CREATE TABLE rare_rows AS SELECT DISTINCT rid FROM (SELECT rid, ${tokens}) WHERE ${match}`,
	);
	await database.run('DROP TABLE chosen');
}

/** Of rows that stay, those that repeat the URL and text of earlier ones. */
async function findCopies(database: Database, thresholds: Thresholds): Promise<void> {
	const most = thresholds['max-copies'];
	if (most === undefined) return;
	await database.run(
		`CREATE TABLE copies AS SELECT rid FROM (
			SELECT rid, row_number() OVER (PARTITION BY pair ORDER BY rid) AS place FROM verdict
			WHERE mask = 0 AND pair IN (SELECT pair FROM verdict WHERE mask = 0 GROUP BY pair HAVING count(*) > ${most})
		) WHERE place > ${most}`,
	);
	await database.run(`UPDATE verdict SET mask = ${bitOf('max-copies')} WHERE rid IN (FROM copies); DROP TABLE copies`);
}
