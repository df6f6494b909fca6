/** @file The progress line, on a terminal and off. */

import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

function stream(isTTY: boolean, columns = 60): { out: NodeJS.WriteStream; text: () => string } {
	let text = '';
	const write = (s: string) => {
		text += s;
		return true;
	};
	const out = { isTTY, columns, write } as unknown as NodeJS.WriteStream;
	return { out, text: () => text };
}

describe('Progress', () => {
	it('writes a line every tenth of the way where there is no terminal', () => {
		const { out, text } = stream(false);
		const progress = new Progress(out, false);
		for (let i = 1; i <= 45; i++) progress.update(i, 45, 'score 0.1', 45 - i);
		progress.end();
		const lines = text().trimEnd().split('\n');
		expect(lines).toHaveLength(10);
		expect(lines[0]).toBe('5/45  score 0.1  ETA 40 s');
		expect(lines[9]).toBe('45/45  score 0.1');
	});

	it('draws over itself on a terminal, never wider than it, and puts notes above', () => {
		const { out, text } = stream(true);
		const progress = new Progress(out, false);
		progress.update(5, 10, 'x'.repeat(200), 3);
		progress.note('hello');
		progress.update(10, 10, 'done', 0);
		progress.end();
		const [above, bar] = text().split('\n') as [string, string];
		expect(above.endsWith('\r\u001b[2Khello')).toBe(true);
		expect(bar).toContain(`${'█'.repeat(24)} 10/10  done`);
		for (const drawn of text().replaceAll('\r\u001b[2K', '\n').split('\n')) expect(drawn.length).toBeLessThan(60);
	});

	it('begins anew after an end', () => {
		const { out, text } = stream(false);
		const progress = new Progress(out, false);
		progress.update(10, 10, 'first', 0);
		progress.end();
		progress.update(1, 10, 'second', 9);
		expect(text()).toContain('1/10  second');
	});

	it('keeps quiet', () => {
		const { out, text } = stream(true);
		new Progress(out, true).update(10, 10, 'done', 0);
		expect(text()).toBe('');
	});
});
