/**
 * @file `npm run train:builtin`: makes an encoder like the one that ships, from pictures in npm packages to its evaluation, in
 * runs/builtin. Each part is an `atelier` command, printed before it runs; what is there already is not made again, so that the
 * same command goes on after Ctrl-C or a crash. `npm run train:builtin -- --steps 2000` takes fewer steps of the image
 * tower; going on without it, or with another number, trains on to that many.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ArgsDef } from 'citty';
import { packageRoot } from '../package-root.js';
import { readArguments } from './arguments.js';
import { explain, runCommandLine } from './dispatch.js';

const folder = join('runs', 'builtin');
const corpus = join(folder, 'corpus');
const tower = join(folder, 'tower');
const encoder = join(folder, 'encoder');
const config = join(packageRoot(), 'models', 'builtin', 'training.json');
const begun = existsSync(join(tower, 'checkpoint.safetensors'));

const args = {
	steps: { type: 'string', description: 'Steps of the image tower, in place of those of models/builtin/training.json' },
} satisfies ArgsDef;

/** A command, and the file that says that it is done; without one it is run again and finds out by itself. */
const parts = (
	steps: number | undefined,
): readonly { readonly command: readonly string[]; readonly made?: string }[] => [
	{
		command: ['corpus', 'build', '--out', corpus, '--cache', join(folder, 'cache')],
		made: join(corpus, 'corpus.json'),
	},
	{
		command: [
			...['train', '--config', config, '--corpus', corpus, '--out', tower],
			...(steps === undefined ? [] : ['--steps', `${steps}`]),
			...(begun ? ['--resume'] : []),
		],
	},
	{
		command: ['train', '--stage', 'text', '--corpus', corpus, '--checkpoint', tower, '--out', encoder],
		made: join(encoder, 'model.safetensors'),
	},
	{
		command: [
			'eval',
			'--encoder',
			encoder,
			'--corpus',
			corpus,
			'--only',
			'zeroshot,retrieval,colours,attack,nonsense',
			'--out',
			join(folder, 'eval'),
		],
	},
];

try {
	const steps = readArguments(process.argv.slice(2), args, false).whole('steps', 1, 1 << 20);
	for (const { command, made } of parts(steps)) {
		if (made && existsSync(made)) continue;
		process.stderr.write(`atelier ${command.join(' ')}\n`);
		process.exitCode = await runCommandLine(command);
		if (process.exitCode !== 0) break;
	}
} catch (error) {
	const { line, exitCode } = explain(error);
	process.exitCode = exitCode;
	process.stderr.write(`${line}\n`);
}
