/** @file What choices and wildcards in the prompts will turn into, before anything is drawn. */

import { useEffect, useState } from 'preact/hooks';
import type { PromptPreview } from '../../protocol.js';
import { api } from '../api.js';
import { seed, wanted as words } from '../state/draft.js';
import { count } from '../words.js';

const hasChoices = (text: string): boolean => /\{[^}]*\}|__[\w/-]+__/.test(text);

/** How many different fillings there are in all. */
function ways(counts: PromptPreview['counts']): string {
	const product = counts.reduce<number>((all, n) => all * (n ?? Number.POSITIVE_INFINITY), 1);
	return product < 1e6 ? count(product, 'way') : 'Endless ways';
}

export function WildcardPreview() {
	const texts = words.value.map((chip) => chip.text).filter(hasChoices);
	const key = texts.join('\n');
	const [preview, setPreview] = useState<PromptPreview | undefined>(undefined);
	useEffect(() => {
		setPreview(undefined);
		if (!key) return;
		let wanted = true;
		const later = setTimeout(() => {
			api.previewPrompts(key.split('\n'), seed.value).then(
				(answer) => wanted && setPreview(answer),
				() => wanted && setPreview(undefined),
			);
		}, 300);
		return () => {
			wanted = false;
			clearTimeout(later);
		};
	}, [key]);
	if (!preview) return null;
	return (
		<section class="wildcards" aria-label="What the choices may become">
			<p class="hint">{ways(preview.counts)}, such as</p>
			<ul>
				{[...new Set(preview.prompts.map((filling) => filling.join(' | ')))].map((filling) => (
					<li key={filling}>{filling}</li>
				))}
			</ul>
		</section>
	);
}
