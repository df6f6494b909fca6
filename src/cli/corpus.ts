/** @file `atelier corpus build`: the training pictures, from public packages; and the commands beside it. */

import { join } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { readArguments } from './arguments.js';
import { packageFlags } from './package-flags.js';
import { Progress } from './progress.js';

const args = {
	out: { type: 'string', description: 'Where to (default: corpus)', valueHint: 'folder' },
	...packageFlags,
	'hold-out': {
		type: 'string',
		description:
			'Sets of pictures to measure on and never to train on (default: openmoji; with others, openmoji is trained on: for judges only)',
		valueHint: 'set[,set]',
	},
	json: { type: 'boolean', description: 'The summary as JSON on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

const phases = { fetch: 'fetching packages', read: 'reading', draw: 'drawing', write: 'writing' } as const;

const build = defineCommand({
	meta: { name: 'build', description: 'Fetch pictures and captions, and draw them at the size of training' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const out = flags.one('out') ?? 'corpus';
		const clipart = flags.one('clipart');
		const holdOut = flags.list('hold-out');
		const { buildCorpus } = await import('../training/corpus/index.js');
		const progress = new Progress(process.stderr, flags.has('quiet'));
		const summary = await buildCorpus({
			out,
			cache: flags.one('cache') ?? join(out, 'cache'),
			...(clipart !== undefined && { clipart }),
			...(holdOut && { holdOut }),
			onProgress: progress.phases(phases),
		});
		progress.end();
		for (const note of summary.notes) process.stderr.write(`note: ${note}\n`);
		if (summary.shareAlike.length > 0)
			process.stderr.write(
				`note: share-alike pictures (${summary.shareAlike.join(', ')}) are among those trained on: for judges, not for an encoder to give away\n`,
			);
		if (flags.has('json')) process.stdout.write(`${JSON.stringify(summary)}\n`);
		else {
			const { images, heldOut, words, dropped, thin } = summary;
			process.stdout.write(
				`${images} pictures and ${heldOut} held out, ${words} words, from ${summary.sources.length} sources\n` +
					`left out: ${dropped.empty} empty, ${dropped.copies} copies; ${thin.length} concepts with few pictures\n`,
			);
		}
		return 0;
	},
});

export default defineCommand({
	meta: { name: 'corpus', description: 'Make corpora to train on' },
	subCommands: {
		build: async () => build,
		pairs: async () => (await import('./corpus-pairs.js')).default,
		shards: async () => (await import('./corpus-shards.js')).default,
	},
});
