/** @file `atelier curate`: filters shards or Parquet metadata of image-text pairs. */

import { join } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { FilterName } from '../training/curation/index.js';
import { type Arguments, readArguments } from './arguments.js';
import { Progress } from './progress.js';

/** What an option sets. Their names and defaults are repeated from the filters so that --help needs no database. */
const thresholds: Readonly<Record<FilterName, string>> = {
	'max-unsafe': 'Unsafe score below this (0.5)',
	'min-side': 'Shorter side above this, px (200)',
	'max-aspect': 'Longer side below this many times the shorter (3)',
	'max-texts-per-image': 'Different texts of one image (1000)',
	'eval-distance': 'Bits of 512 in which perceptual hashes of copies differ at most (40)',
	'eval-cosine': 'Cosine of embeddings from which two images are copies (off)',
	'max-images-per-text': 'Images of one text (10)',
	vocabulary: 'Words and pairs of words that are known: the most frequent (100000000)',
	'min-words': 'Words of a text, at least (3)',
	'max-words': 'Words of a text, at most (20)',
	'min-characters': 'Characters of a text, at least (5)',
	'min-bytes': 'Bytes of an image file, at least (5000)',
	'min-cosine': 'Cosine of image and text, at least (0.3)',
	'max-copies': 'Samples of the same URL and text (1)',
};

const args = {
	input: {
		type: 'positional',
		required: false,
		description: 'Shards or Parquet files: files, folders, or {00000..00012}.tar',
	},
	out: { type: 'string', alias: 'o', description: 'Where to', valueHint: 'folder' },
	rules: { type: 'string', description: 'Filters to start from: all (default), align, laion, none', valueHint: 'name' },
	...Object.fromEntries(
		Object.entries(thresholds).map(([name, description]) => [
			name,
			{ type: 'string' as const, description, valueHint: 'n|off' },
		]),
	),
	eval: {
		type: 'string',
		description: 'Images that must not be trained on: shards or a folder; repeatable',
		valueHint: 'path',
	},
	encoder: {
		type: 'string',
		description: 'Encoder for cosines, by name, folder or file',
		valueHint: 'name|folder|file',
	},
	unsafe: {
		type: 'string',
		description: 'Images nearer to this text than to their own are unsafe; repeatable',
		valueHint: 'text',
	},
	column: {
		type: 'string',
		description: 'Which column is text, url, image, width, height, bytes, similarity, unsafe, status; repeatable',
		valueHint: 'part=name',
	},
	memory: { type: 'string', description: 'Memory that DuckDB may use (2GB)', valueHint: 'size' },
	threads: { type: 'string', description: 'Threads (2)', valueHint: 'n' },
	'shard-size': { type: 'string', description: 'Samples a shard of the output (10000)', valueHint: 'n' },
	json: { type: 'boolean', description: 'The report as JSON on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

const phases = {
	compare: 'reading evaluation images',
	scan: 'reading samples',
	judge: 'judging',
	write: 'writing',
} as const;

export default defineCommand({
	meta: { name: 'curate', description: 'Filter image-text pairs as ALIGN and LAION did' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const out = flags.one('out');
		if (flags.positionals.length === 0 || out === undefined)
			throw new AtelierError(
				'E_ARGUMENT',
				'expected shards or Parquet files, and -o with a folder: atelier curate SHARDS -o OUT',
			);
		const threads = flags.whole('threads', 1, 256);
		const shardSize = flags.whole('shard-size', 1, 1e6);
		const memory = flags.one('memory');
		if (memory !== undefined && !/^\d+(\.\d+)? ?[MG]i?B$/i.test(memory))
			throw new AtelierError('E_ARGUMENT', `expected --memory such as 512MB or 4GB, got '${memory}'`);
		const { curate, presets, roles } = await import('../training/curation/index.js');
		const rules = flags.one('rules') ?? 'all';
		const base = Object.hasOwn(presets, rules) ? presets[rules as keyof typeof presets] : undefined;
		if (!base)
			throw new AtelierError('E_ARGUMENT', `unknown rules '${rules}'${suggestion(rules, Object.keys(presets))}`);
		const given = givenThresholds(flags);
		const encoder = await openNamed(flags.one('encoder'), threads ?? 2);
		const progress = new Progress(process.stderr, flags.has('quiet'));
		const report = await curate({
			input: flags.positionals,
			out,
			thresholds: definedOf({ ...base, ...given }),
			required: Object.keys(definedOf(given)) as FilterName[],
			columns: columnsOf(flags.all('column'), roles),
			evaluation: flags.all('eval'),
			unsafeTexts: flags.all('unsafe'),
			...(encoder && { encoder }),
			...(memory !== undefined && { memory }),
			...(threads !== undefined && { threads }),
			...(shardSize !== undefined && { shardSize }),
			onProgress: progress.phases(phases),
			onWarning: (message) => progress.note(`warning: ${message}`),
		});
		progress.end();
		if (flags.has('json')) process.stdout.write(`${JSON.stringify(report)}\n`);
		else {
			const percent = (n: number) => `${((100 * n) / report.rows).toFixed(1)} %`;
			for (const { name, dropped, skipped } of report.filters)
				process.stdout.write(
					`${name.padEnd(20)} ${skipped === undefined ? `${String(dropped).padStart(10)}  ${percent(dropped).padStart(7)}` : `   left out: ${skipped}`}\n`,
				);
			process.stdout.write(
				`${'kept'.padEnd(20)} ${String(report.kept).padStart(10)}  ${percent(report.kept).padStart(7)}\n${join(out, 'report.html')}\n`,
			);
		}
		return 0;
	},
});

/** Thresholds by option; undefined for `off`. */
function givenThresholds(flags: Arguments): Partial<Record<FilterName, number | undefined>> {
	const given: Partial<Record<FilterName, number | undefined>> = {};
	for (const name of Object.keys(thresholds) as FilterName[]) {
		const text = flags.one(name);
		if (text === undefined) continue;
		const value = text.trim() === '' ? Number.NaN : Number(text);
		if (text !== 'off' && !Number.isFinite(value))
			throw new AtelierError('E_ARGUMENT', `expected --${name} as a number or off, got '${text}'`);
		given[name] = text === 'off' ? undefined : value;
	}
	return given;
}

async function openNamed(name: string | undefined, threads: number) {
	if (name === undefined) return undefined;
	const { openEncoder } = await import('../encoders/open-encoder.js');
	const { engineByName } = await import('../engines/index.js');
	return openEncoder(name, await engineByName('onnxruntime', { threads }), { threads });
}

/** Only what has a value. */
const definedOf = (given: Partial<Record<FilterName, number | undefined>>): Partial<Record<FilterName, number>> =>
	Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function columnsOf(given: readonly string[], roles: readonly string[]): Record<string, string> {
	return Object.fromEntries(
		given.map((text) => {
			const at = text.indexOf('=');
			const role = text.slice(0, Math.max(0, at));
			if (!roles.includes(role) || at === text.length - 1)
				throw new AtelierError(
					'E_ARGUMENT',
					`expected --column as part=name with a part of ${roles.join(', ')}, got '${text}'`,
				);
			return [role, text.slice(at + 1)];
		}),
	);
}
