/** @file `atelier models`: the encoders that are there. */

import { type ArgsDef, defineCommand } from 'citty';
import { listEncoders, modelsFolder } from '../encoders/hub.js';
import { readArguments } from './arguments.js';
import { writeTable } from './table.js';

const args = {
	json: { type: 'boolean', description: 'The list as JSON' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'models', description: 'List the encoders that drawings can be judged by' },
	args,
	run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const encoders = listEncoders();
		if (flags.has('json')) {
			process.stdout.write(`${JSON.stringify(encoders)}\n`);
			return 0;
		}
		if (encoders.length === 0) {
			process.stdout.write(`no encoders in ${modelsFolder()}\n`);
			return 0;
		}
		writeTable([
			['name', 'size', 'sees', 'where'],
			...encoders.map((e) => [e.name, `${(e.bytes / 1e6).toFixed(1)} MB`, `${e.imageSize} px`, e.path]),
		]);
		return 0;
	},
});
