/** @file `atelier corpus pairs`: the raw pool of image-text pairs, as WebDataset shards. */

import { join } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { readArguments } from './arguments.js';
import { packageFlags } from './package-flags.js';
import { Progress } from './progress.js';
import { sizeInWords } from './size-in-words.js';

const args = {
	out: { type: 'string', description: 'Where to (default: pairs); gets train/ and held-out/', valueHint: 'folder' },
	...packageFlags,
	size: { type: 'string', description: 'Side of the pictures in pixels (default: 64)', valueHint: 'n' },
	languages: {
		type: 'string',
		description: "Languages of emoji's labels and tags: en, ru, de, fr, es (default: en)",
		valueHint: 'a,b',
	},
	sources: {
		type: 'string',
		description: 'Only these sources, by Iconify prefix, openclipart or scenes (default: all)',
		valueHint: 'a,b',
	},
	'hold-out': {
		type: 'string',
		description: 'Sets of pictures that are never trained on (default: openmoji)',
		valueHint: 'set[,set]',
	},
	scenes: {
		type: 'string',
		description: 'Scenes to make up, of shapes and emoji, with two captions each (default: 0)',
		valueHint: 'n',
	},
	seed: { type: 'string', description: 'Order of the pairs, and what scenes show (default: 1)', valueHint: 'n' },
	'shard-size': { type: 'string', description: 'Pairs a shard (default: 10000)', valueHint: 'n' },
	json: { type: 'boolean', description: 'The summary as JSON on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

const phases = { fetch: 'fetching packages', read: 'reading', draw: 'drawing' } as const;

export default defineCommand({
	meta: { name: 'pairs', description: 'Draw every icon with every text it came with: a raw pool to curate' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const out = flags.one('out') ?? 'pairs';
		const given = {
			clipart: flags.one('clipart'),
			size: flags.whole('size', 8, 512),
			languages: flags.list('languages'),
			sources: flags.list('sources'),
			holdOut: flags.list('hold-out'),
			scenes: flags.whole('scenes', 0, 300_000),
			seed: flags.whole('seed', 0, 2 ** 31 - 1),
			shardSize: flags.whole('shard-size', 1, 1e6),
		};
		const { buildPairs } = await import('../training/corpus/pairs.js');
		const progress = new Progress(process.stderr, flags.has('quiet'));
		const summary = await buildPairs({
			out,
			cache: flags.one('cache') ?? join(out, 'cache'),
			...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
			onProgress: progress.phases(phases),
		});
		progress.end();
		for (const note of summary.notes) process.stderr.write(`note: ${note}\n`);
		if (flags.has('json')) process.stdout.write(`${JSON.stringify(summary)}\n`);
		else {
			const { drawings, scenes, train, heldOut } = summary;
			process.stdout.write(
				`${train.samples} pairs in ${train.shards} shards (${sizeInWords(train.bytes)}) and ${heldOut.samples} held out, of ${drawings} drawings${scenes > 0 ? ` and ${scenes} scenes` : ''} from ${summary.sources.length} sources\n` +
					`left out: ${train.failures + heldOut.failures} pairs of empty drawings\n`,
			);
		}
		return 0;
	},
});
