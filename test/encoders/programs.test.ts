/** @file Compiled programs of an encoder: which are used again, and that none is disposed of while it runs. */

import { expect, it } from 'vitest';
import { Programs } from '../../src/encoders/programs.js';
import type { Engine } from '../../src/engines/index.js';

/** An engine that writes down what it does. */
function recorder(): { log: string[]; engine: Engine } {
	const log: string[] = [];
	let made = 0;
	const engine: Engine = {
		name: 'recorder',
		description: 'recorder',
		async compile() {
			const id = ++made;
			let running = 0;
			log.push(`compile ${id}`);
			return {
				async run() {
					running++;
					await new Promise((resolve) => setImmediate(resolve));
					running--;
					log.push(`run ${id}`);
					return {};
				},
				async dispose() {
					log.push(`dispose ${id}${running > 0 ? ' while it runs' : ''}`);
				},
			};
		},
	};
	return { log, engine };
}

const text = (programs: Programs, length: number) =>
	programs.use(
		'text',
		[1, length],
		() => ({}),
		(program) => program.run({}),
	);

it('keeps the last one of each tower until another shape is wanted, whoever asks meanwhile', async () => {
	const { log, engine } = recorder();
	const programs = new Programs(engine, 1, true);
	await Promise.all([text(programs, 8), text(programs, 8), text(programs, 16)]);
	expect(log).toEqual(['compile 1', 'run 1', 'run 1', 'dispose 1', 'compile 2', 'run 2']);
	await programs.close();
	await programs.close();
	expect(log.slice(6)).toEqual(['dispose 2']);
});

it('keeps none unless told to, and goes on after a failure', async () => {
	const { log, engine } = recorder();
	const programs = new Programs(engine);
	const failing = programs.use(
		'image',
		[1],
		() => ({}),
		() => Promise.reject(new Error('no')),
	);
	await expect(failing).rejects.toThrow('no');
	await text(programs, 8);
	expect(log).toEqual(['compile 1', 'dispose 1', 'compile 2', 'run 2', 'dispose 2']);
});
