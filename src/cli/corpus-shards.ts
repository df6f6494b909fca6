/** @file `atelier corpus shards`: the concept corpus as WebDataset shards, for trainers of image-text pairs. */

import { type ArgsDef, defineCommand } from 'citty';
import { readArguments } from './arguments.js';
import { Progress } from './progress.js';

const args = {
	corpus: { type: 'string', description: 'Corpus to write (default: corpus)', valueHint: 'folder' },
	out: {
		type: 'string',
		description: 'Where to (default: CORPUS/shards); gets train/ and held-out/',
		valueHint: 'folder',
	},
	captions: {
		type: 'string',
		description: 'Captions for each picture, a sample each (default: 1)',
		valueHint: 'n',
	},
	seed: { type: 'string', description: 'Order and captions (default: 1)', valueHint: 'n' },
	'shard-size': { type: 'string', description: 'Samples a shard (default: 10000)', valueHint: 'n' },
	json: { type: 'boolean', description: 'The summary as JSON on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'shards', description: "Write the corpus as WebDataset shards, captioned with its concepts' words" },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const folder = flags.one('corpus') ?? 'corpus';
		const captions = flags.whole('captions', 1, 1000);
		const seed = flags.whole('seed', 0, 2 ** 31 - 1);
		const shardSize = flags.whole('shard-size', 1, 1e6);
		const { loadCorpus } = await import('../training/corpus/index.js');
		const { writeCorpusShards } = await import('../training/corpus-shards.js');
		const progress = new Progress(process.stderr, flags.has('quiet'));
		const show = progress.phases({ write: 'writing' });
		const summary = await writeCorpusShards(await loadCorpus(folder), {
			out: flags.one('out') ?? `${folder}/shards`,
			...(captions !== undefined && { captions }),
			...(seed !== undefined && { seed }),
			...(shardSize !== undefined && { shardSize }),
			onProgress: (done, total) => show({ phase: 'write', done, total }),
		});
		progress.end();
		const { train, heldOut } = summary;
		process.stdout.write(
			flags.has('json')
				? `${JSON.stringify(summary)}\n`
				: `${train.samples} samples in ${train.shards} shards and ${heldOut.samples} held out in ${heldOut.shards}\n`,
		);
		return 0;
	},
});
