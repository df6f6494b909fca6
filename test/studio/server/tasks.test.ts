/** @file The thread for tasks ends whatever it is at, and takes nothing with it. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';

const compiled = pathToFileURL(join(import.meta.dirname, '../../../dist/studio/server/tasks.js')).href;

const folder = mkdtempSync(join(tmpdir(), 'atelier-tasks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of its own, as it was the process that died. */
const script = `
	import { TaskThread } from '${compiled}';
	const paths = new Array(48).fill(process.argv[2]);
	for (let i = 0; i < 3; i++) {
		const thread = new TaskThread();
		// All but the first amid pictures; that amid the opening of the encoder.
		if (i > 0) await thread.do('pictures', { paths: [paths[0]] });
		const under = thread.do('pictures', { paths }).catch(() => 'rejected');
		const waits = thread.do('words', { text: 'a red heart' }).catch(() => 'rejected');
		await new Promise((resolve) => setTimeout(resolve, 30 * i));
		await thread.close();
		console.log(typeof (await under), await waits);
	}
	await new TaskThread().close();
`;

it('is closed while an encoder looks at pictures, and what waits is rejected', async () => {
	const [path, picture] = [join(folder, 'script.mjs'), join(folder, 'picture.png')];
	writeFileSync(path, script);
	await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } }).toFile(picture);
	const { stdout } = await promisify(execFile)(process.execPath, [path, picture]);
	expect(stdout.trim().split('\n')).toEqual(new Array(3).fill('object rejected'));
});
