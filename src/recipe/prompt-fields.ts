/** @file Prompts in recipes: objects, or as people write them; each is read, so that none is malformed. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { defaultNegativeWeight, parseNegative, parsePrompt, splitPrompts } from '../guidance/prompts.js';
import { readText } from '../guidance/readings.js';
import { isTemplate } from '../guidance/template-syntax.js';

const text = z.string().trim().min(1).max(4000);
/** Of a prompt, in words or a picture. */
export const stop = z.number().min(-1).max(1).optional().describe('Cosine at which it stops pushing.');

/** @throws AtelierError for a text that is not well formed; what wildcards will make of a template cannot be known yet */
function checkText(written: string): void {
	if (!isTemplate(written)) readText(written);
}

/** Run a check that throws AtelierErrors, and have its message. */
function problemOf(check: () => void): string | undefined {
	try {
		check();
		return undefined;
	} catch (error) {
		if (error instanceof AtelierError) return error.message;
		throw error;
	}
}

const promptText = text.superRefine((written, context) => {
	const message = problemOf(() => checkText(written));
	if (message) context.addIssue({ code: 'custom', message });
});

const promptFields = {
	text: promptText.describe('What to draw, in words, with the marks of the prompt grammar; wildcards are filled in.'),
	stop,
	template: z
		.string()
		.min(1)
		.max(4000)
		.optional()
		.describe('What was written, where `text` was made from it by filling in wildcards.'),
};

const promptSchema = z.strictObject({
	...promptFields,
	weight: z.number().min(-10).max(10).default(1).describe('Above 0 to approach, below 0 to avoid.'),
});

const negativeSchema = z.strictObject({
	...promptFields,
	weight: z.number().min(-10).max(0).default(defaultNegativeWeight).describe('How strongly to avoid it: below 0.'),
});

const mostPrompts = 32;

/** Prompts as people write them, one text or a list of texts and objects, to a list of objects. */
function listOf<P extends z.ZodType<{ text: string }>>(schema: P, read: (written: string) => z.output<P>) {
	return z.union([text, z.array(z.union([text, schema])).max(mostPrompts)]).transform((written, context) => {
		const prompts: z.output<P>[] = [];
		for (const [i, prompt] of (typeof written === 'string' ? [written] : written).entries()) {
			if (typeof prompt !== 'string') {
				prompts.push(prompt as z.output<P>);
				continue;
			}
			const message = problemOf(() => {
				const parts = splitPrompts(prompt).map(read);
				for (const part of parts) checkText(part.text);
				prompts.push(...parts);
			});
			if (message) context.issues.push({ code: 'custom', message, input: prompt, path: [i] });
		}
		if (prompts.length > mostPrompts)
			context.issues.push({
				code: 'custom',
				message: `expected at most ${mostPrompts} prompts, got ${prompts.length}`,
				input: written,
			});
		return prompts;
	});
}

/** What is wanted, or not, by the sign of its weight. */
export const promptList = listOf(promptSchema, parsePrompt);
/** What is not wanted. */
export const negativeList = listOf(negativeSchema, parseNegative);
