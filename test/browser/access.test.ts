/** @file In the browser: for phones, for those who have no mouse, for those who listen; by day and by night. */

import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { small } from '../studio/server/studio.js';
import {
	browserTests,
	easel,
	endless,
	prompt,
	smallDraft,
	until,
	untilState,
	untilStep,
	type Visitor,
} from './studio.js';

const test = browserTests({ welcome: false });

const views = ['Studio', 'Explore', 'Gallery', 'Presets'] as const;

/** No line breaks in it. */
const longWord = 'disestablishmentarianismxyz';

/** Something that hangs in the gallery already, and something that is being drawn. */
async function busy({ studio }: Visitor, words = 'a fish'): Promise<void> {
	if ((await studio.get('/outputs')).body.total === 0) {
		const { id } = await studio.draw(small(4));
		await studio.until(id, 'done');
	}
	const { id } = await studio.draw(small(endless, { prompts: words }));
	await studio.until(id, 'running');
}

/** Go to a view, once what is in it has come. */
async function visit(page: Page, view: (typeof views)[number]): Promise<void> {
	await page.getByRole('link', { name: new RegExp(`^${view}`) }).click();
	const come = {
		Studio: page.getByRole('region', { name: 'Steer' }),
		Explore: page.getByRole('button', { name: 'Four variations of a red heart' }),
		Gallery: page.getByRole('button', { name: 'Open a red heart' }),
		Presets: page.getByRole('button', { name: 'Use Emblem' }),
	};
	await come[view].first().waitFor();
}

/** What is too small for a finger: the box of each thing to press, that of its label where the label is pressed instead. */
const tooSmall = (page: Page): Promise<string[]> =>
	page.evaluate((least) => {
		const isShown = (element: Element) => {
			const { width, height, bottom } = element.getBoundingClientRect();
			const { visibility, opacity } = getComputedStyle(element);
			return width > 2 && height > 2 && bottom > 0 && visibility === 'visible' && Number(opacity) > 0;
		};
		return [...document.querySelectorAll('button, a[href], input, select, textarea, summary')].flatMap((element) => {
			const target = element.matches('input[type=radio], input[type=checkbox]')
				? ((element as HTMLInputElement).labels?.[0] ?? element)
				: element;
			if (!isShown(target)) return [];
			const { width, height } = target.getBoundingClientRect();
			if (Math.min(width, height) >= least - 0.5) return [];
			const name = element.getAttribute('aria-label') ?? (element as HTMLElement).innerText ?? element.id;
			return [`${element.tagName} .${element.className} '${name}' ${width.toFixed(0)}x${height.toFixed(0)}`];
		});
	}, 44);

test('on a phone nothing is wider than the screen, and everything large enough for a finger', async (visitor) => {
	await busy(visitor, longWord);
	const draft = { prompts: [{ text: `a ${longWord}`, weight: 1 }] };
	const page = await visitor.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, draft });
	for (const view of views) {
		await visit(page, view);
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		expect.soft(width, `width of ${view}`).toBeLessThanOrEqual(390);
		expect.soft([...new Set(await tooSmall(page))], view).toEqual([]);
	}
	await visit(page, 'Gallery');
	await page.getByRole('button', { name: 'Open a red heart' }).first().tap();
	const inner = page.getByRole('dialog', { name: 'a red heart' }).locator('.dialog-body');
	expect(await inner.evaluate(({ scrollWidth }) => scrollWidth)).toBeLessThanOrEqual(390);
});

test('a long word stays in its column', async (visitor) => {
	await busy(visitor, longWord);
	const page = await visitor.open({ draft: { prompts: [{ text: longWord, weight: 1 }] } });
	await visit(page, 'Studio');
	const cut = await page.evaluate(() =>
		['.compose-scroll', '.watch', '.beside'].filter((name) => {
			const { scrollWidth, clientWidth } = document.querySelector(name)!;
			return scrollWidth > clientWidth;
		}),
	);
	expect(cut).toEqual([]);
});

test('from an open page to a drawing, and through it, without a mouse', async (visitor) => {
	const page = await visitor.open({ draft: smallDraft(endless) });
	// The field has the focus.
	await page.keyboard.type('a red heart');
	await page.keyboard.press('Control+Enter');
	await untilStep(page, 1);
	await page.keyboard.press('Escape');
	await page.keyboard.press('?');
	const sheet = page.getByRole('dialog', { name: 'Shortcuts' });
	await sheet.waitFor();
	await page.keyboard.press('Escape');
	await sheet.waitFor({ state: 'detached' });

	await page.keyboard.press('Space');
	await untilState(page, 'paused');
	await page.keyboard.press('v');
	await page.getByRole('application').waitFor();
	// By Tab alone, as by the brackets once there.
	for (let i = 0; i < 80 && !(await page.getByRole('application').evaluate((e) => e === document.activeElement)); i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press(']');
	await page.keyboard.press('Delete');
	await until(async () => (await visitor.drawn()).recipe.edits.map((edit) => edit.do)).toEqual(['erase']);
	await page.keyboard.press('Shift+X');
	await untilState(page, 'stopped, kept');
	await page.keyboard.press('3');
	await page.getByRole('heading', { level: 1, name: 'Gallery' }).waitFor();
	await page.keyboard.press('/');
	await until(() => prompt(page).evaluate((element) => element === document.activeElement)).toBe(true);
});

test('the button that draws is reached by Tab, and what has the focus is to be seen', async (visitor) => {
	const page = await visitor.open({ draft: { ...smallDraft(4), prompts: [{ text: 'a fish', weight: 1 }] } });
	await page.getByRole('combobox', { name: 'Judge' }).waitFor();
	const unseen: string[] = [];
	const focused = () =>
		page.evaluate(() => {
			const { activeElement: element } = document;
			const shape = element?.matches('input[type=radio]') ? element.closest('label') : element;
			const lines = [shape, ...(shape?.querySelectorAll('*') ?? [])].map((each) => getComputedStyle(each!));
			const isSeen = lines.some(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none');
			return { name: element?.textContent?.trim() ?? '', what: element?.outerHTML.slice(0, 120) ?? '', isSeen };
		});
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press('Tab');
		const { name, what, isSeen } = await focused();
		if (!isSeen) unseen.push(what);
		if (name === 'Draw') break;
	}
	expect((await focused()).name).toBe('Draw');
	expect(unseen).toEqual([]);
	await page.keyboard.press('Enter');
	await easel(page).getByText('done', { exact: true }).waitFor();
});

test('axe finds nothing serious in any view, light or dark', async (visitor) => {
	await busy(visitor);
	// Whoever wants no movement sees colours as they are meant at once.
	const page = await visitor.open({ reducedMotion: 'reduce' });
	await page.evaluate(axe.source);
	const violations = async (where: string, rule?: string): Promise<string[]> => {
		const { passes, violations } = (await page.evaluate(
			(runOnly) =>
				(globalThis as unknown as { axe: typeof axe }).axe.run(document, {
					resultTypes: ['violations'],
					...(runOnly && { runOnly }),
				}),
			rule,
		)) as AxeResults;
		expect(passes.length).toBeGreaterThan(0);
		return violations
			.filter(({ impact }) => impact === 'serious' || impact === 'critical')
			.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${where}: ${id} at ${target.join(' ')}`));
	};
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		for (const view of views) {
			await visit(page, view);
			// What is dark differs in its colours alone.
			const rule = colorScheme === 'dark' ? 'color-contrast' : undefined;
			expect.soft(await violations(`${view}, ${colorScheme}`, rule)).toEqual([]);
		}
	}
	await visit(page, 'Gallery');
	await page.getByRole('button', { name: 'Open a red heart' }).first().click();
	await page.getByRole('dialog', { name: 'a red heart' }).waitFor();
	expect.soft(await violations('viewer')).toEqual([]);
	await page.keyboard.press('Escape');
	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
	expect.soft(await violations('shortcuts')).toEqual([]);
});
