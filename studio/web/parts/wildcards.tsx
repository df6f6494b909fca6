/** @file What choices and wildcards in the prompts will turn into, before anything is drawn. */

import { useEffect, useState } from 'preact/hooks';
import type { PromptPreview } from '../../protocol.js';
import { api } from '../api.js';
import { prompts, seed } from '../state/draft.js';

const hasChoices = (text: string): boolean => /\{[^}]*\}|__[\w/-]+__/.test(text);

export function WildcardPreview() {
	const texts = prompts.value.map((chip) => chip.text).filter(hasChoices);
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
			{preview.prompts.map((fillings, i) => (
				<div key={i}>
					<p class="hint">{preview.counts[i] === null ? 'Endless ways' : `${preview.counts[i]} ways`}, such as</p>
					<ul>
						{[...new Set(fillings)].slice(0, 6).map((filling) => (
							<li key={filling}>{filling}</li>
						))}
					</ul>
				</div>
			))}
		</section>
	);
}
