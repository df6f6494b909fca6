/**
 * @file Ranges of numbers as users of prompt matrices write them (XYZ plots):
 *   1-5          1, 2, 3, 4, 5
 *   1-5 (+2)     1, 3, 5
 *   10-5 (-3)    10, 7
 *   1-10 [5]     five of them, evenly: 1, 3, 5, 7, 10
 *   1, 4-6, 9    several, with commas between
 */

import { AtelierError } from '../errors.js';
import { shortly } from '../validation.js';

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
const single = new RegExp(`^${number}$`);
const range = new RegExp(
	`^(${number})\\s*-\\s*(${number})(?:\\s*\\(\\s*([+-]\\s*${number.slice(5)})\\s*\\)|\\s*\\[\\s*(\\d+)\\s*\\])?$`,
);

/**
 * The numbers that a text stands for, in its order, none twice.
 *
 * @param whole cut numbers between whole ones down to whole ones, as the counted form of whole numbers does
 * @param most of numbers
 * @throws AtelierError E_RECIPE when it is none of the forms, endless, or of more numbers than `most`
 */
export function expandNumbers(text: string, whole: boolean, most: number): number[] {
	const numbers = new Set<number>();
	for (const part of text.split(',')) {
		for (const value of expandPart(part.trim(), text, whole, most)) numbers.add(value);
		if (numbers.size > most) throw tooMany(text, most);
	}
	return [...numbers];
}

function expandPart(part: string, text: string, whole: boolean, most: number): number[] {
	if (single.test(part)) return [Number(part)];
	const match = range.exec(part);
	if (!match) throw wrong('numbers, or ranges like 1-5, 1-5 (+2) or 1-10 [5]', text);
	const [from, to] = [Number(match[1]), Number(match[2])];
	if (match[4] !== undefined) return evenly(from, to, Number(match[4]), text, whole, most);
	const step = match[3] === undefined ? (to < from ? -1 : 1) : Number(match[3].replace(/\s/g, ''));
	if (step === 0 || (to - from) * step < 0) throw wrong(`a step that leads from ${from} to ${to}`, text);
	// A little beyond, so that 0-1 (+0.1) has its end.
	const count = Math.floor((to - from) / step + 1e-9) + 1;
	if (count > most) throw tooMany(text, most);
	return Array.from({ length: count }, (_, i) => tidy(from + i * step));
}

function evenly(from: number, to: number, count: number, text: string, whole: boolean, most: number): number[] {
	if (count < 1) throw wrong('at least one number in the brackets', text);
	if (count > most) throw tooMany(text, most);
	return Array.from({ length: count }, (_, i) => {
		const value = tidy(count === 1 ? from : from + ((to - from) * i) / (count - 1));
		return whole ? Math.trunc(value) + 0 : value;
	});
}

/** 0.30000000000000004 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12)) + 0;

const wrong = (expected: string, text: string): AtelierError =>
	new AtelierError('E_RECIPE', `expected ${expected}, got ${shortly(text)}`);

const tooMany = (text: string, most: number): AtelierError =>
	new AtelierError('E_RECIPE', `expected at most ${most} numbers, got more from ${shortly(text)}`);
