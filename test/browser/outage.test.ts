/** @file In the browser: the studio is killed while it draws, and started again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/package-root.js';
import { browserTests, draw, prompt, shownStep, smallDraft, untilState, untilStep } from './studio.js';

const test = browserTests({ welcome: false });

/** A studio of its own process, as the command starts it; once it says where it is. */
async function startProcess(outputs: string, port: number): Promise<{ process: ChildProcess; base: string }> {
	const main = join(packageRoot(), 'dist/src/cli/main.js');
	const args = [main, 'studio', '--no-open', '--port', `${port}`, '--outputs', outputs];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(child.stdout!, 'data')) as [Buffer];
	return { process: child, base: new URL(line.toString().trim()).origin };
}

test('a studio that is killed: the page says so, joins again by itself, and the run ends', async (visitor) => {
	const outputs = join(visitor.studio.outputs, '..', 'killed');
	let { process: studio, base } = await startProcess(outputs, 0);
	try {
		const page = await visitor.open({ base, draft: smallDraft(120), allowed: /ERR_|WebSocket/ });
		await draw(page, 'a red heart');
		await untilStep(page, 4);
		studio.kill('SIGKILL');
		await once(studio, 'exit');
		const banner = page.getByRole('alert').filter({ hasText: 'The studio does not answer' });
		await banner.waitFor();
		await prompt(page).fill('a fish');

		({ process: studio } = await startProcess(outputs, Number(new URL(base).port)));
		await banner.waitFor({ state: 'hidden' });
		await page.getByRole('heading', { level: 1, name: 'a red heart' }).waitFor();
		await untilState(page, 'done');
		expect(await shownStep(page)).toBe(120);
		// What was being written is there still.
		expect(await prompt(page).inputValue()).toBe('a fish');
	} finally {
		studio.kill('SIGKILL');
	}
});
