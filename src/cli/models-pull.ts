/** @file `atelier models pull`: fetches models into the cache, with a line that says how far it is. */

import { existsSync } from 'node:fs';
import { type ArgsDef, defineCommand } from 'citty';
import { bytesOf } from '../encoders/hub/cache.js';
import { fetchable, neededFor, requireFetchable } from '../encoders/hub/manifest.js';
import { pullModel } from '../encoders/hub/pull.js';
import { AtelierError } from '../errors.js';
import { readArguments } from './arguments.js';
import { listenForInterrupts } from './interrupt.js';
import { Progress } from './progress.js';
import { sizeInWords } from './size-in-words.js';
import { say } from './table.js';

const args = {
	name: {
		type: 'positional',
		required: false,
		description: 'Names of models list, or org/name[@revision] on Hugging Face',
	},
	offline: { type: 'boolean', description: 'Reach nothing; fails unless the model is here (as HF_HUB_OFFLINE=1 does)' },
	json: { type: 'boolean', description: 'One line of JSON an event' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

export default defineCommand({
	meta: {
		name: 'pull',
		description: 'Fetch models into the cache (ATELIER_CACHE); HF_ENDPOINT and HF_TOKEN are heeded',
	},
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const names = flags.positionals;
		if (names.length === 0) throw new AtelierError('E_ARGUMENT', 'expected the name of a model, got nothing');
		for (const name of names) requireRemote(name);
		const json = flags.has('json');
		const progress = new Progress(process.stderr, flags.has('quiet') || json);
		const interruption = listenForInterrupts(() => progress.note('stopping; what is here already is kept'));
		try {
			for (const name of [...new Set(names.flatMap(neededFor))]) {
				const speed = new Speed();
				const model = await pullModel(name, {
					signal: interruption.signal,
					...(flags.has('offline') && { offline: true }),
					onRetry: (why, seconds) =>
						json
							? say(JSON.stringify({ event: 'retry', name, why, seconds }))
							: progress.note(`${why}; trying again in ${Math.ceil(seconds)} s`),
					onProgress({ file, done, total }) {
						const rate = speed.at(done);
						if (json)
							return (
								speed.isTime(file, done === total) &&
								say(JSON.stringify({ event: 'progress', name, file, done, total }))
							);
						progress.update(
							tenths(done),
							tenths(total),
							`MB  ${file}${rate ? `  ${sizeInWords(rate)}/s` : ''}`,
							(total - done) / rate,
						);
					},
				});
				progress.end();
				const bytes = bytesOf(model);
				say(
					json
						? JSON.stringify({ event: 'done', name: model.name, folder: model.folder, bytes })
						: `${model.name}: ${sizeInWords(bytes)} in ${model.folder}`,
				);
			}
		} catch (error) {
			progress.end();
			if (interruption.exitCode === undefined) throw error;
			return interruption.exitCode;
		} finally {
			interruption.dispose();
		}
		return 0;
	},
});

/** @throws AtelierError E_ARGUMENT for what need not be fetched, and for names of nothing, before anything is */
function requireRemote(name: string): void {
	if (!fetchable(name) && (name.startsWith('file:') || existsSync(name)))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected the name of a model, got '${name}', which is here: draw with --encoder ${name}`,
		);
	requireFetchable(name);
}

/** Megabytes to a tenth. */
const tenths = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** Bytes a second over the last few seconds; NaN at the beginning. */
class Speed {
	private readonly samples: { at: number; bytes: number }[] = [];
	private told = 0;
	private file = '';

	at(bytes: number): number {
		const now = performance.now() / 1000;
		const last = this.samples.at(-1);
		if (!last || now - last.at > 0.1) this.samples.push({ at: now, bytes });
		while (this.samples.length > 2 && now - this.samples[0]!.at > 5) this.samples.shift();
		const [first] = this.samples;
		// Two moments close together say little.
		return now - first!.at < 0.5 ? Number.NaN : Math.max(1, (bytes - first!.bytes) / (now - first!.at));
	}

	/** Whether to say something again: of each file, each second, and at the end. */
	isTime(file: string, isEnd: boolean): boolean {
		const now = performance.now();
		if (!isEnd && file === this.file && now - this.told < 1000) return false;
		this.told = now;
		this.file = file;
		return true;
	}
}
