DROP TABLE review_confirmations, reviews;
DROP FUNCTION keep_review_confirmation();
